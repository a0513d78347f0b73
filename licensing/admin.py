"""Plans, licenses and assignments in the admin site; changes go through the actions, so that they are audited and heard."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import User
from licensing import actions
from licensing.assignments import NotEnoughLicenses, assign, unassign
from licensing.models import AddOn, Assignment, License, PlanAddOn, PlanLevel, Subscription


def _staff(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@admin.register(AddOn)
class AddOnAdmin(admin.ModelAdmin[AddOn]):
    list_display = ("name", "code")
    search_fields = ("name", "code")
    ordering = ("name",)


@admin.register(PlanAddOn)
class PlanAddOnAdmin(admin.ModelAdmin[PlanAddOn]):
    list_display = ("add_on", "level", "counts_stores")
    list_select_related = ("add_on",)
    list_filter = ("level",)
    ordering = ("add_on", "level")


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin[Subscription]):
    list_display = ("organization", "level", "billing_period", "renews_on", "lapsed_at")
    list_select_related = ("organization",)
    list_filter = ("level", "billing_period")
    search_fields = ("organization__name",)
    autocomplete_fields = ("organization",)
    ordering = ("organization__name",)

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        actions.subscribe(
            organization=obj.organization,
            level=PlanLevel(obj.level),
            renews_on=obj.renews_on,
            billing_period=obj.billing_period,
            by=_staff(request),
        )
        Subscription.objects.filter(pk=obj.organization_id).update(lapsed_at=obj.lapsed_at)


class LicenseForm(forms.ModelForm[License]):
    def clean_quantity(self) -> int | None:
        quantity: int | None = self.cleaned_data["quantity"]
        if not self.instance._state.adding and quantity is not None and quantity < self.instance.assigned:
            raise ValidationError(
                _("%(assigned)d stores use this add-on. Free stores first, or keep at least %(assigned)d."),
                params={"assigned": self.instance.assigned},
            )
        return quantity


@admin.register(License)
class LicenseAdmin(admin.ModelAdmin[License]):
    form = LicenseForm
    list_display = ("organization", "add_on", "quantity", "assigned")
    list_select_related = ("organization", "add_on")
    list_filter = ("add_on",)
    search_fields = ("organization__name",)
    autocomplete_fields = ("organization", "add_on")
    readonly_fields = ("assigned",)
    ordering = ("organization__name",)

    def get_readonly_fields(self, request: HttpRequest, obj: License | None = None) -> tuple[str, ...]:
        return ("organization", "add_on", "assigned") if obj else ("assigned",)

    def save_model(self, request: HttpRequest, obj: License, form: Any, change: bool) -> None:
        saved = actions.set_quantity(
            organization=obj.organization, quantity=obj.quantity, add_on_code=obj.add_on_id, by=_staff(request)
        )
        obj.pk = saved.pk

    def has_delete_permission(self, request: HttpRequest, obj: License | None = None) -> bool:
        return False


class AssignmentForm(forms.ModelForm[Assignment]):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen, store = cleaned.get("license"), cleaned.get("store")
        if chosen and store and store.organization_id != chosen.organization_id:
            raise ValidationError(_("The store belongs to another organization than the license."))
        if chosen and chosen.quantity is not None and chosen.assigned >= chosen.quantity:
            raise ValidationError(
                _("All %(count)d licenses are assigned. Raise the quantity first."), params={"count": chosen.quantity}
            )
        return cleaned


@admin.register(Assignment)
class AssignmentAdmin(admin.ModelAdmin[Assignment]):
    form = AssignmentForm
    list_display = ("store", "license", "assigned_at", "assigned_by")
    list_select_related = ("store", "license__organization", "license__add_on", "assigned_by")
    search_fields = ("store__name", "store__code", "license__organization__name")
    autocomplete_fields = ("store", "license")
    fields = ("license", "store")
    ordering = ("-id",)
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        try:
            made = assign(license=obj.license, stores=[obj.store], by=_staff(request))
        except NotEnoughLicenses as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        if made:
            obj.pk = made[0].pk

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        unassign(license=obj.license, stores=[obj.store], by=_staff(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Assignment]) -> None:
        for assignment in queryset.select_related("license", "store"):
            self.delete_model(request, assignment)
