"""The catalog in the admin site: support switches providers on and off, marks them, and sees who uses them."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.tenancy.audited_admin import AuditedAdmin, staff
from integrations import listings
from integrations.adoption import count_adoption
from integrations.catalog import all_providers
from integrations.models import ProviderListing


@admin.register(ProviderListing)
class ProviderListingAdmin(AuditedAdmin[ProviderListing]):
    """One row for each provider of the catalog; the figures are those of the last count."""

    list_display = (
        "name",
        "slug",
        "enabled",
        "beta",
        "featured",
        "note",
        "stores",
        "active",
        "failing",
        "deactivated",
        "counted_at",
    )
    list_select_related = ("adoption",)
    list_filter = ("enabled", "beta", "featured")
    search_fields = ("slug", "note")
    ordering = ("slug",)
    actions = ("switch_off", "switch_on", "count_now")
    figures = ("stores", "active", "failing", "deactivated", "counted_at")
    fields = ("name", "slug", "enabled", "beta", "featured", "note", *figures)
    readonly_fields = ("name", "slug", *figures)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come with the providers' files."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ProviderListing | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        listings.list_every_provider()
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: ProviderListing, form: Any, change: bool) -> None:
        listings.save_listing(listing=obj, by=staff(request))

    @admin.display(description=gettext_lazy("provider"), ordering="slug")
    def name(self, listing: ProviderListing) -> str:
        provider = all_providers().get(listing.slug)
        return str(provider.name) if provider else _("%(slug)s (left the catalog)") % {"slug": listing.slug}

    @admin.display(description=gettext_lazy("stores"), ordering="adoption__stores")
    def stores(self, listing: ProviderListing) -> int | None:
        return _figure(listing, "stores")

    @admin.display(description=gettext_lazy("active"), ordering="adoption__active")
    def active(self, listing: ProviderListing) -> int | None:
        return _figure(listing, "active")

    @admin.display(description=gettext_lazy("failing"), ordering="adoption__failing")
    def failing(self, listing: ProviderListing) -> int | None:
        return _figure(listing, "failing")

    @admin.display(description=gettext_lazy("deactivated"), ordering="adoption__deactivated")
    def deactivated(self, listing: ProviderListing) -> int | None:
        return _figure(listing, "deactivated")

    @admin.display(description=gettext_lazy("counted"), ordering="adoption__counted_at")
    def counted_at(self, listing: ProviderListing) -> datetime | None:
        return listing.adoption.counted_at if hasattr(listing, "adoption") else None

    @admin.action(description=gettext_lazy("Switch the selected providers off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[ProviderListing]) -> None:
        self._switch(request, queryset, enabled=False)

    @admin.action(description=gettext_lazy("Switch the selected providers on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[ProviderListing]) -> None:
        self._switch(request, queryset, enabled=True)

    @admin.action(description=gettext_lazy("Count now who uses each provider"), permissions=["change"])
    def count_now(self, request: HttpRequest, queryset: QuerySet[ProviderListing]) -> None:
        count_adoption()
        self.message_user(request, _("Counted."), messages.SUCCESS)

    def _switch(self, request: HttpRequest, queryset: QuerySet[ProviderListing], *, enabled: bool) -> None:
        chosen = list(queryset.exclude(enabled=enabled).order_by("slug"))
        if not chosen:
            already = (
                _("They are on already: nothing was changed.")
                if enabled
                else _("They are off already: nothing was changed.")
            )
            self.message_user(request, already, messages.WARNING)
        for listing in chosen:
            listing.enabled = enabled
            listings.save_listing(listing=listing, by=staff(request))
            words = _("%(name)s is switched on.") if enabled else _("%(name)s is switched off: nothing of it runs.")
            self.message_user(request, words % {"name": self.name(listing)}, messages.SUCCESS)


def _figure(listing: ProviderListing, name: str) -> int | None:
    """None before the first count."""
    if not hasattr(listing, "adoption"):
        return None
    number: int = getattr(listing.adoption, name)
    return number
