"""Integrations and consents in the admin site: support finds and follows them; secrets are never shown."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.accounts.models import User
from backoffice.tenancy.admin_filters import BoundedPaginator, KnownFilter, NotedFilter
from backoffice.tenancy.models import Store
from integrations import actions
from integrations.catalog import all_providers
from integrations.consents import NewTerms
from integrations.history_admin import HistoryAdmin
from integrations.key_admin import ApiKeyAdmin
from integrations.listing_admin import ProviderListingAdmin
from integrations.models import Consent, Integration, IntegrationSecret, ProviderListing
from integrations.status import row_of
from licensing.entitlements import stores_with_hub

__all__ = ["ApiKeyAdmin", "ConsentAdmin", "IntegrationAdmin", "IntegrationSecretAdmin", "ProviderListingAdmin"]


class ProviderFilter(KnownFilter):
    title = gettext_lazy("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(slug, str(provider.name)) for slug, provider in all_providers().items()]

    def matching(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(provider_slug=value)


@admin.register(Integration)
class IntegrationAdmin(HistoryAdmin):
    """Of secrets only the hint, who set it and when."""

    id_prefix = "int"
    list_display = (
        "public_id",
        "provider_slug",
        "store",
        "organization",
        "status",
        "added_at",
        "added_by",
        "deactivated_at",
    )
    list_select_related = ("store__organization", "added_by")
    list_filter = (
        ProviderFilter,
        ("deactivated_at", NotedFilter),
        ("last_error_at", NotedFilter),
    )
    search_fields = ("provider_slug", "store__name", "store__code", "store__organization__name")
    search_help_text = gettext_lazy("An integration (int_…), a provider, a store or an organization.")
    actions = ("deactivate", "activate")
    fields = (
        "public_id",
        "see",
        "store",
        "organization",
        "provider_slug",
        "slot",
        "status",
        "setting_values",
        "secrets_set",
        "settings_saved_at",
        "version",
        "added_at",
        "added_by",
        "deactivated_at",
        "last_success_at",
        "last_error",
        "last_error_at",
        "failing_since",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        licensed = Exists(stores_with_hub(Store.objects.filter(pk=OuterRef("store_id"))))
        found: QuerySet[Any] = super().get_queryset(request)
        off = Exists(ProviderListing.objects.filter(slug=OuterRef("provider_slug"), enabled=False))
        found = found.annotate(has_license=licensed, is_switched_off=off)
        return found.prefetch_related("secrets")

    def has_run_permission(self, request: HttpRequest) -> bool:
        """The actions change integrations although the page cannot."""
        return bool(request.user.has_perm("integrations.change_integration"))

    @admin.display(description=gettext_lazy("status"))
    def status(self, integration: Any) -> str:
        row = row_of(integration, licensed=integration.has_license, switched_off=integration.is_switched_off)
        return str(row.status.label)

    @admin.display(description=gettext_lazy("secrets"))
    def secrets_set(self, integration: Integration) -> SafeString | str:
        rows = [
            (secret.name, secret.hint, secret.set_by or _("System"), secret.set_at.isoformat(timespec="minutes"))
            for secret in integration.secrets.select_related("set_by")
        ]
        return format_html_join("", "<div>{}: •••• {} ({}, {})</div>", rows) or "—"

    @admin.display(description=gettext_lazy("see"))
    def see(self, integration: Integration) -> SafeString:
        return format_html_join(
            " · ",
            '<a href="{}?{}={}">{}</a>',
            [
                (
                    reverse("admin:integrations_consent_changelist"),
                    "integration__id__exact",
                    integration.pk,
                    _("Consents"),
                ),
                (
                    reverse("admin:integrations_apikey_changelist"),
                    "store__id__exact",
                    integration.store_id,
                    _("API keys"),
                ),
                (reverse("admin:tenancy_auditentry_changelist"), "q", integration.pk, _("History")),
            ],
        )

    @admin.action(description=gettext_lazy("Deactivate the selected integrations"), permissions=["run"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        chosen = list(queryset.filter(deactivated_at__isnull=True).select_related("store"))
        for integration in chosen:
            actions.deactivate(integration=integration, by=_staff(request))
        said = ngettext(
            "%(count)d integration was deactivated.", "%(count)d integrations were deactivated.", len(chosen)
        )
        self.message_user(request, said % {"count": len(chosen)}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Activate the selected integrations"), permissions=["run"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        activated = 0
        for integration in queryset.filter(deactivated_at__isnull=False).select_related("store"):
            provider = all_providers().get(integration.provider_slug)
            if provider is None:
                self.message_user(
                    request, _("%(slug)s is no longer offered.") % {"slug": integration.provider_slug}, messages.ERROR
                )
                continue
            try:
                actions.activate(integration=integration, provider=provider, by=_staff(request))
                activated += 1
            except (actions.AlreadyActive, actions.NotInPlan, NewTerms) as refused:
                self.message_user(request, f"{integration}: {refused}", messages.ERROR)
        said = ngettext("%(count)d integration was activated.", "%(count)d integrations were activated.", activated)
        self.message_user(request, said % {"count": activated}, messages.SUCCESS)


@admin.register(IntegrationSecret)
class IntegrationSecretAdmin(HistoryAdmin):
    """That a secret is set, by whom and when; neither its value nor its ciphertext."""

    list_display = ("integration", "name", "hint", "set_at", "set_by")
    list_select_related = ("integration__store", "set_by")
    search_fields = ("name", "integration__provider_slug", "integration__store__name", "integration__store__code")
    fields = ("integration", "name", "hint", "set_at", "set_by")


class TermsVersionFilter(KnownFilter):
    """By the versions that providers ask consent to today; all that were before are one choice."""

    title = gettext_lazy("terms version")
    parameter_name = "terms_version"
    earlier = "earlier"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [*((version, version) for version in _versions()), (self.earlier, _("Earlier ones"))]

    def matching(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.exclude(terms_version__in=_versions()) if value == self.earlier else super().matching(rows, value)


def _versions() -> list[str]:
    return sorted({found.terms.version for found in all_providers().values()})


@admin.register(Consent)
class ConsentAdmin(HistoryAdmin):
    paginator = BoundedPaginator
    list_display = ("accepted_at", "provider_slug", "terms_version", "store", "organization", "accepted_by", "address")
    list_select_related = ("store__organization", "accepted_by")
    list_filter = (ProviderFilter, TermsVersionFilter)
    search_fields = ("provider_slug", "store__name", "store__code", "accepted_by__email", "=terms_sha256")
    fields = (
        "integration",
        "store",
        "provider_slug",
        "terms_version",
        "terms_sha256",
        "accepted_by",
        "accepted_at",
        "address",
    )


def _staff(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
