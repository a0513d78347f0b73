"""People, organizations, stores, members and the audit table in the admin site."""

import re
from typing import Any, TypeVar

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import User
from backoffice.tenancy.admin_filters import BoundedPaginator, KnownFilter, NotedFilter, RecentFilter
from backoffice.tenancy.audited_admin import AuditedAdmin, record_in_admin
from backoffice.tenancy.impersonation_admin import ImpersonatingUserAdmin
from backoffice.tenancy.mails.outbox import known_kinds
from backoffice.tenancy.models import AuditEntry, Mail, Member, Organization, Store, StoreGroup

M = TypeVar("M", bound=models.Model)

# Registered by Django and allauth themselves when their admin is imported, as above; here they are audited.
admin.site.unregister(Group)
admin.site.unregister(EmailAddress)


@admin.register(User)
class AuditedUserAdmin(AuditedAdmin[User], ImpersonatingUserAdmin):
    """Registered here and not where users are defined, since accounts lie below the audit table."""

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002  # Django's name
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """The page of the password saves without `save_model`; this is what it calls once it has."""
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":
            record_in_admin(request, obj, "changed", {"password": "replaced"})
        return super().log_change(request, obj, message)


@admin.register(Group)
class AuditedGroupAdmin(AuditedAdmin[Group], GroupAdmin):
    pass


@admin.register(EmailAddress)
class AuditedEmailAddressAdmin(AuditedAdmin[EmailAddress], EmailAddressAdmin):  # type: ignore[misc]  # allauth is untyped
    @admin.action(description=_("Mark the chosen addresses as verified"), permissions=["change"])
    def make_verified(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        with transaction.atomic():
            unverified = list(queryset.filter(verified=False))
            super().make_verified(request, queryset)
            for address in queryset.filter(pk__in=[each.pk for each in unverified], verified=True):
                record_in_admin(request, address, "changed", {"verified": [False, True]})


class MemberInline(admin.TabularInline[Member, Organization]):
    model = Member
    extra = 0
    fields = ("user", "role_code")
    autocomplete_fields = ("user",)
    show_change_link = True


@admin.register(Organization)
class OrganizationAdmin(AuditedAdmin[Organization]):
    # Its page is for members, and staff belong to none.
    view_on_site = False
    list_display = ("name", "slug", "store_count", "created_at", "links")
    search_fields = ("name", "slug")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    inlines = (MemberInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        """History points at organizations."""
        return False

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
class StoreAdmin(AuditedAdmin[Store]):
    view_on_site = False
    list_display = ("name", "code", "organization", "timezone", "currency", "closed_at")
    list_select_related = ("organization",)
    list_filter = (("closed_at", NotedFilter),)
    search_fields = ("name", "code", "organization__name")
    autocomplete_fields = ("organization",)
    ordering = ("name",)
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Store | None = None) -> tuple[str, ...]:
        """A store stays where it is: its licenses, keys, orders and history belong to the organization."""
        return ("organization", "closed_at", "ended_at") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Store | None = None) -> bool:
        """History points at stores."""
        return False


class StoreGroupForm(forms.ModelForm[StoreGroup]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "stores" in self.fields and not self.instance._state.adding:
            stores: Any = self.fields["stores"]
            stores.queryset = Store.objects.filter(organization=self.instance.organization)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        organization = cleaned.get("organization") or self.instance.organization
        if any(store.organization_id != organization.pk for store in cleaned.get("stores") or ()):
            raise ValidationError(_("Choose stores of the group's own organization."))
        return cleaned


@admin.register(StoreGroup)
class StoreGroupAdmin(AuditedAdmin[StoreGroup]):
    form = StoreGroupForm
    list_display = ("name", "organization", "created_at")
    list_select_related = ("organization",)
    search_fields = ("name", "organization__name")
    autocomplete_fields = ("organization", "stores")
    ordering = ("organization__name", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: StoreGroup | None = None) -> tuple[str, ...]:
        return ("organization",) if obj else ()


class MemberForm(forms.ModelForm[Member]):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        organization_id = getattr(cleaned.get("organization"), "pk", self.instance.organization_id)
        foreign = [
            store.name for store in cleaned.get("given_stores") or () if store.organization_id != organization_id
        ]
        if foreign:
            self.add_error(
                "given_stores",
                ValidationError(
                    _("These stores belong to another organization: %(stores)s."),
                    params={"stores": ", ".join(foreign)},
                ),
            )
        return cleaned


@admin.register(Member)
class MemberAdmin(AuditedAdmin[Member]):
    form = MemberForm
    list_display = ("user", "organization", "role_code", "created_at")
    list_select_related = ("user", "organization")
    list_filter = ("role_code",)
    search_fields = ("user__email", "user__name", "organization__name")
    autocomplete_fields = ("user", "organization", "given_stores")
    ordering = ("organization__name", "user__email")

    def get_readonly_fields(self, request: HttpRequest, obj: Member | None = None) -> tuple[str, ...]:
        """A person joins another organization as another member; the history of this one stays true."""
        return ("organization",) if obj else ()


class ReadOnlyAdmin(admin.ModelAdmin[M]):
    """For what nobody alters, support staff included."""

    paginator = BoundedPaginator
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class ActionFilter(RecentFilter):
    """By an action that is among the newest entries, or that the address names: what there is of each is not looked for further."""

    title = _("action")
    parameter_name = "action"
    days = 30
    newest = 2000

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[AuditEntry]) -> list[tuple[str, str]]:
        entries = AuditEntry.objects.order_by("-id").values_list("action", flat=True)[: self.newest]
        asked = str(self.used_parameters.get(str(self.parameter_name), ""))
        named = [asked] if re.fullmatch(r"[a-z_]+\.[a-z_]+", asked) else []
        return [(action, action) for action in sorted({*entries, *named})]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    list_display = ("at", "action", "target_label", "actor", "impersonator", "api_key", "organization", "store")
    list_select_related = ("actor", "impersonator", "organization", "store")
    list_filter = (("impersonator", NotedFilter), ActionFilter)
    search_fields = ("=target_id", "target_label", "actor__email", "impersonator__email", "=request_id", "api_key")


class MailKindFilter(KnownFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Mail]) -> list[tuple[str, str]]:
        return [(kind, kind) for kind in known_kinds()]


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin[Mail]):
    """Whether a mail went out, and to whom; what it says is not shown."""

    list_display = ("created_at", "kind", "user", "to", "state", "tries", "due_at", "ended_at", "organization", "store")
    list_select_related = ("user", "organization", "store")
    list_filter = ("state", MailKindFilter)
    search_fields = ("=to", "=user__email", "=about")
    exclude = ("facts",)
