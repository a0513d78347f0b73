"""Organizations, stores, members and the audit table in the admin site."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.models import AuditEntry, Member, Organization, Store


class MemberInline(admin.TabularInline[Member, Organization]):
    model = Member
    extra = 0
    fields = ("user", "role_code")
    autocomplete_fields = ("user",)
    show_change_link = True


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin[Organization]):
    list_display = ("name", "slug", "store_count", "created_at", "links")
    search_fields = ("name", "slug")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (MemberInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        return super().get_queryset(request).annotate(store_total=Count("stores"))

    @admin.display(description=_("stores"), ordering="store_total")
    def store_count(self, organization: Any) -> int:
        return int(organization.store_total)

    @admin.display(description=_("see"))
    def links(self, organization: Organization) -> SafeString:
        return format_html(
            '<a href="{}?organization__id__exact={}">{}</a> · <a href="{}?organization__id__exact={}">{}</a>',
            reverse("admin:tenancy_store_changelist"),
            organization.pk,
            _("Stores"),
            reverse("admin:tenancy_auditentry_changelist"),
            organization.pk,
            _("History"),
        )


@admin.register(Store)
class StoreAdmin(admin.ModelAdmin[Store]):
    list_display = ("name", "code", "organization", "timezone", "currency")
    list_select_related = ("organization",)
    list_filter = (("organization", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name", "code", "organization__name")
    autocomplete_fields = ("organization",)
    ordering = ("name",)
    show_full_result_count = False


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin[Member]):
    list_display = ("user", "organization", "role_code", "created_at")
    list_select_related = ("user", "organization")
    list_filter = ("role_code",)
    search_fields = ("user__email", "user__name", "organization__name")
    autocomplete_fields = ("user", "organization", "given_stores")
    ordering = ("organization__name", "user__email")


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin[AuditEntry]):
    """Read only: nobody alters history, support staff included."""

    list_display = ("at", "action", "target_label", "actor", "organization", "store")
    list_select_related = ("actor", "organization", "store")
    list_filter = ("action",)
    search_fields = ("=target_id", "target_label", "actor__email", "=request_id")
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
