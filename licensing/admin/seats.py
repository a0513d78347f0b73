"""Assignments in the admin site: seats given and taken through the actions, so that they are audited and heard."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.audited_admin import AuditedAdmin, staff
from licensing.assignments import NotEnoughLicenses, assign, unassign
from licensing.models import Assignment


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
class AssignmentAdmin(AuditedAdmin[Assignment]):
    form = AssignmentForm
    # The last seat may go to another store between the form's look and the saving.
    refusals = (NotEnoughLicenses,)
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
        made = assign(license=obj.license, stores=[obj.store], by=staff(request))
        if made:
            obj.pk = made[0].pk

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        unassign(license=obj.license, stores=[obj.store], by=staff(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Assignment]) -> None:
        for assignment in queryset.select_related("license", "store"):
            self.delete_model(request, assignment)
