"""What is sold, in the admin site: add-ons, which level offers them, dated prices and coupons."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.audited_admin import AuditedAdmin
from backoffice.web.money import format_money
from licensing.models import AddOn, Coupon, PlanAddOn, Price


@admin.register(AddOn)
class AddOnAdmin(AuditedAdmin[AddOn]):
    list_display = ("name", "code")
    search_fields = ("name", "code")
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: AddOn | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: AddOn | None = None) -> bool:
        return False


@admin.register(PlanAddOn)
class PlanAddOnAdmin(AuditedAdmin[PlanAddOn]):
    list_display = ("add_on", "level", "counts_stores")
    list_select_related = ("add_on",)
    list_filter = ("level",)
    search_fields = ("add_on__name", "level")
    ordering = ("add_on", "level")

    def get_readonly_fields(self, request: HttpRequest, obj: PlanAddOn | None = None) -> tuple[str, ...]:
        return ("add_on", "level") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: PlanAddOn | None = None) -> bool:
        return False


class PriceForm(forms.ModelForm[Price]):
    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            raise ValidationError(_("A price begins today or later: what was is never changed."))
        return day


@admin.register(Price)
class PriceAdmin(AuditedAdmin[Price]):
    """Added, and removed until it has begun; never edited. The next price is another row with a later first day."""

    form = PriceForm
    list_display = ("offer", "billing_period", "amount", "currency", "valid_from")
    list_select_related = ("offer__add_on",)
    list_filter = ("billing_period", "currency", "offer__level")
    search_fields = ("offer__add_on__name",)
    autocomplete_fields = ("offer",)
    ordering = ("offer", "currency", "billing_period", "-valid_from")
    actions = None

    @admin.display(description=_("amount a month"))
    def amount(self, price: Price) -> str:
        return format_money(price.monthly_amount, price.currency)

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and not obj.has_begun


@admin.register(Coupon)
class CouponAdmin(AuditedAdmin[Coupon]):
    list_display = ("code", "worth", "valid_from", "valid_until", "uses", "max_uses")
    search_fields = ("code",)
    readonly_fields = ("uses",)
    ordering = ("code",)

    @admin.display(description=_("takes off"))
    def worth(self, coupon: Coupon) -> str:
        return f"{coupon.percent} %" if coupon.percent else format_money(coupon.amount or 0, coupon.currency)

    def has_delete_permission(self, request: HttpRequest, obj: Coupon | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.uses)
