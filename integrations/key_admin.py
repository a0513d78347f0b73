"""Developer API keys in the admin site: found, limited and revoked by support; never shown in the clear."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.tenancy.admin_filters import NotedFilter
from backoffice.tenancy.audited_admin import staff
from integrations import api_keys
from integrations.history_admin import HistoryAdmin
from integrations.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(HistoryAdmin):
    """A key is shown masked, as customers see it; support revokes it where it has leaked, and lets it make more requests."""

    id_prefix = "key"
    list_display = (
        "name",
        "masked",
        "store",
        "organization",
        "test",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_select_related = ("store", "organization")
    list_filter = ("test", ("revoked_at", NotedFilter), ("last_used_at", NotedFilter))
    search_fields = ("name", "=masked", "store__name", "store__code", "organization__name")
    search_help_text = gettext_lazy("A key (key_…), its name, a store or an organization.")
    actions = ("revoke",)
    fields = (
        "name",
        "masked",
        "store",
        "organization",
        "every_store",
        "chosen_stores",
        "test",
        "scopes",
        "addresses",
        "requests_per_minute",
        "created_at",
        "created_by",
        "expires_at",
        "revoked_at",
        "last_used_at",
        "last_used_address",
        "see",
    )

    readonly_fields = tuple(name for name in fields if name != "requests_per_minute")

    @admin.display(description=gettext_lazy("organization"), ordering="organization__name")
    def organization(self, row: ApiKey) -> str:
        return str(row.organization)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """The one field of the page that can be changed, and the action."""
        return bool(request.user.has_perm("integrations.change_apikey"))

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        api_keys.set_limit(key=obj, requests_per_minute=obj.requests_per_minute, by=staff(request))

    @admin.display(description=gettext_lazy("see"))
    def see(self, key: ApiKey) -> SafeString:
        history = reverse("admin:tenancy_auditentry_changelist")
        return format_html('<a href="{}?q={}">{}</a>', history, key.pk, _("History"))

    @admin.action(description=gettext_lazy("Revoke the selected keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        keys = list(queryset.filter(revoked_at__isnull=True).select_related("store", "organization"))
        for key in keys:
            api_keys.revoke(key=key, by=staff(request))
        self.message_user(
            request,
            ngettext("%(count)d key was revoked.", "%(count)d keys were revoked.", len(keys)) % {"count": len(keys)},
        )
