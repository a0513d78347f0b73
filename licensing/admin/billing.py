"""Billing in the admin site: accounts with tax and credit, orders that are marked paid or void, and the mails about them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.tenancy.admin_filters import NotedFilter
from backoffice.tenancy.audited_admin import AuditedAdmin, staff
from backoffice.web.money import format_money
from licensing.lifecycle import grant_credit
from licensing.models import BillingAccount, Notice, Order, OrderLine
from licensing.orders import mark_paid
from licensing.voiding import Afterwards, bought_by, void_with


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
    fields = ("description", "quantity", "price", "sum")
    readonly_fields = ("price", "sum")
    ordering = ("position",)
    extra = 0
    can_delete = False

    @admin.display(description=_("price a month"))
    def price(self, line: OrderLine) -> str:
        return "" if line.unit_amount is None else format_money(line.unit_amount, line.order.currency)

    @admin.display(description=_("amount"))
    def sum(self, line: OrderLine) -> str:
        return format_money(line.amount, line.order.currency)

    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False


class OrderForm(forms.ModelForm[Order]):
    paid = forms.BooleanField(label=_("mark as paid"), required=False)
    reference = forms.CharField(
        label=_("payment reference"), max_length=120, required=False, help_text=_("As the bank names it.")
    )


class VoidForm(forms.Form):
    """Confirms that an invoice is void, and what becomes of what it bought."""

    afterwards = forms.ChoiceField(label=_("What becomes of what it bought"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The customer can read it in the history."))

    def __init__(self, *args: Any, possible: Sequence[Afterwards], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["afterwards"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(each.value, each.label) for each in possible]
            choice.initial = Afterwards.KEEP.value


@admin.register(Order)
class OrderAdmin(AuditedAdmin[Order]):
    """Read only, but for its payment; to make it void is a question of its own."""

    form = OrderForm
    list_display = ("invoice_number", "organization", "kind", "issued_on", "due_on", "amount", "state")
    list_select_related = ("organization",)
    list_filter = ("kind", ("paid_at", NotedFilter), ("void_at", NotedFilter))
    search_fields = ("=number", "organization__name")
    ordering = ("-id",)
    show_full_result_count = False
    inlines = (OrderLineInline,)
    actions = ("mark_as_paid",)
    _own = ("paid", "reference")

    @admin.display(description=_("total"))
    def amount(self, order: Order) -> str:
        return format_money(order.total, order.currency)

    @admin.display(description=_("tax amount"))
    def tax_amount(self, order: Order) -> str:
        return format_money(order.tax, order.currency)

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> tuple[str, ...]:
        shown = {"total": "amount", "tax": "tax_amount"}
        columns = tuple(
            shown.get(field.name, field.name) for field in Order._meta.fields if field.name not in {"id", "token"}
        )
        return (*columns, *self._own) if obj and obj.state == "open" else columns

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> tuple[str, ...]:
        return (*(field.name for field in Order._meta.fields), "amount", "tax_amount")

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        if form.cleaned_data.get("paid"):
            mark_paid(order=obj, reference=form.cleaned_data["reference"], by=staff(request))

    def get_urls(self) -> list[URLPattern]:
        ask = path("<path:object_id>/void/", self.admin_site.admin_view(self.void), name="licensing_order_void")
        return [ask, *super().get_urls()]

    def void(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Says what the invoice bought, asks what becomes of it and why, and makes it void."""
        order = self.get_object(request, object_id)
        if order is None:
            raise Http404
        if not self.has_change_permission(request, order):
            raise PermissionDenied
        back = redirect("admin:licensing_order_change", order.pk)
        if order.state != "open":
            self.message_user(request, _("It is paid or void already: nothing was changed."), messages.WARNING)
            return back
        found = bought_by(order)
        form = VoidForm(request.POST or None, possible=found.choices)
        if form.is_valid():
            afterwards = Afterwards(form.cleaned_data["afterwards"])
            try:
                void_with(order=order, afterwards=afterwards, reason=form.cleaned_data["reason"], by=staff(request))
            except ValueError as refusal:
                form.add_error("afterwards", str(refusal))
            else:
                self.message_user(
                    request, _("%(invoice)s is void.") % {"invoice": order.invoice_number}, messages.SUCCESS
                )
                return back
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": order,
            "title": _("Make %(invoice)s void?") % {"invoice": order.invoice_number},
            "verb": _("Make void"),
            "cancel_url": back.url,
            "form": form,
            "bought": found,
            "amount": self.amount(order),
            "credit": format_money(found.credit_used, order.currency) if found.credit_used else "",
        }
        return TemplateResponse(request, "admin/licensing/order/void.html", context)

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
