"""Billing in the admin site: accounts with tax and credit, orders that are marked paid or void, and the mails about them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.tenancy.audited_admin import AuditedAdmin, staff
from backoffice.web.money import format_money
from licensing.lifecycle import grant_credit
from licensing.models import BillingAccount, Notice, Order, OrderLine
from licensing.orders import mark_paid, void


class AccountForm(forms.ModelForm[BillingAccount]):
    grant = forms.IntegerField(
        label=_("grant credit"), min_value=1, required=False, help_text=_("Added to the credit, in minor units.")
    )
    reason = forms.CharField(label=_("reason for it"), max_length=200, required=False)


@admin.register(BillingAccount)
class BillingAccountAdmin(AuditedAdmin[BillingAccount]):
    form = AccountForm
    list_display = ("organization", "currency", "tax_name", "tax_percent", "credit")
    list_select_related = ("organization",)
    search_fields = ("organization__name", "legal_name")
    autocomplete_fields = ("organization",)
    ordering = ("organization__name",)
    show_full_result_count = False
    fields = (
        "organization",
        "currency",
        "legal_name",
        "address",
        "tax_number",
        "tax_name",
        "tax_percent",
        "credit",
        "grant",
        "reason",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: BillingAccount | None = None) -> tuple[str, ...]:
        """The currency of an account that was billed stays: its credit and its orders are in it."""
        if obj is None:
            return ("credit",)
        billed = Order.objects.filter(organization=obj.organization_id).exists() or obj.credit
        return ("organization", "credit", "currency") if billed else ("organization", "credit")

    def save_model(self, request: HttpRequest, obj: BillingAccount, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if amount := form.cleaned_data.get("grant"):
            grant_credit(account=obj, amount=amount, reason=form.cleaned_data["reason"], by=staff(request))

    def has_delete_permission(self, request: HttpRequest, obj: BillingAccount | None = None) -> bool:
        return False


class OrderLineInline(admin.TabularInline[OrderLine, Order]):
    model = OrderLine
    fields = ("description", "quantity", "unit_amount", "amount")
    ordering = ("position",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False


class OrderForm(forms.ModelForm[Order]):
    paid = forms.BooleanField(label=_("mark as paid"), required=False)
    reference = forms.CharField(
        label=_("payment reference"), max_length=120, required=False, help_text=_("As the bank names it.")
    )
    take_back = forms.BooleanField(
        label=_("make void"), required=False, help_text=_("Nothing is owed for it any more; what it bought stays.")
    )
    reason = forms.CharField(label=_("reason for it"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("paid") and given.get("take_back"):
            raise forms.ValidationError(_("An invoice is paid or void, not both."))
        return given


@admin.register(Order)
class OrderAdmin(AuditedAdmin[Order]):
    """Read only, but for its payment."""

    form = OrderForm
    list_display = ("invoice_number", "organization", "kind", "issued_on", "due_on", "amount", "state")
    list_select_related = ("organization",)
    list_filter = ("kind", ("paid_at", admin.EmptyFieldListFilter), ("void_at", admin.EmptyFieldListFilter))
    search_fields = ("=number", "organization__name")
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (OrderLineInline,)
    actions = ("mark_as_paid",)
    _own = ("paid", "reference", "take_back", "reason")

    @admin.display(description=_("total"))
    def amount(self, order: Order) -> str:
        return format_money(order.total, order.currency)

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> tuple[str, ...]:
        columns = tuple(field.name for field in Order._meta.fields if field.name not in {"id", "token"})
        return (*columns, *self._own) if obj and obj.state == "open" else columns

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> tuple[str, ...]:
        return tuple(field.name for field in Order._meta.fields)

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        if form.cleaned_data.get("paid"):
            mark_paid(order=obj, reference=form.cleaned_data["reference"], by=staff(request))
        elif form.cleaned_data.get("take_back"):
            void(order=obj, reason=form.cleaned_data["reason"], by=staff(request))

    @admin.action(description=_("Mark as paid"), permissions=["change"])
    def mark_as_paid(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        orders = list(queryset.owed().select_related("organization").order_by("number"))  # type: ignore[attr-defined]
        for order in orders:
            mark_paid(order=order, reference="", by=staff(request))
        said = ngettext("%(count)d invoice marked as paid.", "%(count)d invoices marked as paid.", len(orders))
        self.message_user(request, said % {"count": len(orders)}, messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin[Notice]):
    """Read only: which mails about a plan went to whom."""

    list_display = ("created_at", "kind", "about", "organization", "user", "sent_at")
    list_select_related = ("organization", "user")
    list_filter = ("kind",)
    search_fields = ("organization__name", "user__email")
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False
