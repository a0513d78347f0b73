"""Subscriptions and licenses in the admin site: levels, lapse and return, quantities, trials, gifts, and who uses what."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.admin_filters import NotedFilter
from backoffice.tenancy.audited_admin import AuditedAdmin, staff
from licensing import actions, lifecycle
from licensing.models import INTEGRATION_HUB, License, PlanLevel, Subscription


def _each(
    page: admin.ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], work: Callable[[Any], object], said: str
) -> None:
    """Do `work` for every chosen row, and say for how many; a row for which there is nothing to do is named with its reason."""
    done = 0
    for row in rows.select_related("organization").order_by("pk"):
        try:
            work(row)
            done += 1
        except lifecycle.NothingToDo as reason:
            page.message_user(request, f"{row}: {reason}", messages.WARNING)
    if done:
        page.message_user(request, f"{said}: {done}", messages.SUCCESS)


@admin.register(Subscription)
class SubscriptionAdmin(AuditedAdmin[Subscription]):
    list_display = (
        "organization",
        "level",
        "billing_period",
        "renews_on",
        "unpriced_since",
        "grace_ends_on",
        "lapsed_at",
    )
    list_select_related = ("organization",)
    list_filter = (
        "level",
        "billing_period",
        ("unpriced_since", NotedFilter),
        ("grace_ends_on", NotedFilter),
        ("lapsed_at", NotedFilter),
    )
    search_fields = ("organization__name",)
    autocomplete_fields = ("organization",)
    fields = (
        "organization",
        "level",
        "billing_period",
        "term_starts_on",
        "renews_on",
        "first_order",
        "unpriced_since",
        "grace_ends_on",
        "lapsed_at",
    )
    ordering = ("organization__name",)
    show_full_result_count = False
    actions = ("let_lapse", "bring_back")

    def get_readonly_fields(self, request: HttpRequest, obj: Subscription | None = None) -> tuple[str, ...]:
        fixed = ("term_starts_on", "first_order", "unpriced_since", "grace_ends_on", "lapsed_at")
        return ("organization", *fixed) if obj else fixed

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        actions.subscribe(
            organization=obj.organization,
            level=PlanLevel(obj.level),
            renews_on=obj.renews_on,
            billing_period=obj.billing_period,
            by=staff(request),
        )

    @admin.action(description=_("Let lapse: the hub rests in every store"), permissions=["change"])
    def let_lapse(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        def work(one: Subscription) -> None:
            lifecycle.lapse(organization=one.organization, reason="support", by=staff(request))

        _each(self, request, queryset, work, str(_("Lapsed")))

    @admin.action(description=_("Bring back what lapsed"), permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        def work(one: Subscription) -> None:
            lifecycle.renew(organization=one.organization, by=staff(request))

        _each(self, request, queryset, work, str(_("Brought back")))

    def has_delete_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return False


class LicenseForm(forms.ModelForm[License]):
    gift = forms.IntegerField(
        label=_("free of charge"),
        min_value=0,
        required=False,
        help_text=_(
            "How many are given. More than before come on top of the quantity. On Pro, 1 makes it free of charge."
        ),
    )
    trial_days = forms.IntegerField(
        label=_("trial of so many days"),
        min_value=1,
        max_value=365,
        required=False,
        help_text=_("Starts a trial today, at the level below. Nothing is charged until it is bought."),
    )
    trial_level = forms.ChoiceField(
        label=_("trial at level"),
        choices=[(PlanLevel.PRO, PlanLevel.PRO.label), (PlanLevel.ENTERPRISE, PlanLevel.ENTERPRISE.label)],
        initial=PlanLevel.ENTERPRISE,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gift"].initial = self.instance.comp_quantity

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        quantity, given_before = given.get("quantity"), self.instance.comp_quantity
        change = (given.get("gift") or 0) - given_before
        if quantity is not None and quantity < given_before:
            raise ValidationError(
                _("%(count)d of the licenses are free of charge. Take those back first."),
                params={"count": given_before},
            )
        if quantity is not None and quantity + change < self.instance.assigned:
            raise ValidationError(
                _("%(assigned)d stores use this add-on. Free stores first, or keep at least %(assigned)d."),
                params={"assigned": self.instance.assigned},
            )
        pro = given.get("trial_level") == PlanLevel.PRO
        if given.get("trial_days") and pro != (quantity is None):
            raise ValidationError(
                _("A trial at the Pro level has no quantity.")
                if pro
                else _("A trial at the Enterprise level needs a quantity.")
            )
        adding = self.instance._state.adding and given.get("organization")
        if adding and License.objects.filter(organization=given["organization"], add_on=given.get("add_on")).exists():
            raise ValidationError(_("There is a license of this add-on already: change that one."))
        return given


@admin.register(License)
class LicenseAdmin(AuditedAdmin[License]):
    """Who uses what: licenses bought, given and assigned, by organization."""

    form = LicenseForm
    refusals = (lifecycle.NothingToDo,)
    list_display = (
        "organization",
        "add_on",
        "quantity",
        "assigned",
        "stores",
        "comp_quantity",
        "trial_ends_on",
        "suspended_for",
    )
    list_select_related = ("organization", "add_on")
    list_filter = ("add_on", "suspended_for", ("trial_ends_on", NotedFilter))
    search_fields = ("organization__name",)
    autocomplete_fields = ("organization", "add_on")
    fields = (
        "organization",
        "add_on",
        "quantity",
        "assigned",
        "gift",
        "term_amount",
        "trial_ends_on",
        "suspended_at",
        "suspended_for",
        "trial_days",
        "trial_level",
    )
    ordering = ("organization__name",)
    show_full_result_count = False
    actions = ("suspend", "resume")

    @admin.display(description=_("stores"))
    def stores(self, license: License) -> str:
        """Leads to the stores that have it."""
        listed = reverse("admin:licensing_assignment_changelist", query={"license__id__exact": str(license.pk)})
        return format_html('<a href="{}">{}</a>', listed, _("which"))

    def get_readonly_fields(self, request: HttpRequest, obj: License | None = None) -> tuple[str, ...]:
        fixed = ("assigned", "term_amount", "trial_ends_on", "suspended_at", "suspended_for")
        return ("organization", "add_on", *fixed) if obj else fixed

    def save_model(self, request: HttpRequest, obj: License, form: Any, change: bool) -> None:
        """Quantity is what is bought and given together; what is given anew comes on top of the quantity that was entered."""
        by, given = staff(request), form.cleaned_data
        if days := given.get("trial_days"):
            held = lifecycle.start_trial(
                organization=obj.organization,
                level=PlanLevel(given["trial_level"] or PlanLevel.ENTERPRISE),
                quantity=obj.quantity,
                days=days,
                by=by,
            )
            obj.pk = held.pk
            return
        before = License.objects.filter(organization=obj.organization, add_on_id=obj.add_on_id).first()
        gift = given.get("gift") or 0
        if before is None or before.quantity != obj.quantity:
            before = actions.set_quantity(
                organization=obj.organization, quantity=obj.quantity, add_on_code=obj.add_on_id, by=by
            )
        if gift != before.comp_quantity and obj.add_on_id == INTEGRATION_HUB:
            lifecycle.give(license=before, comp_quantity=gift, by=by)
        obj.pk = before.pk

    @admin.action(description=_("Suspend: the hub rests in every store"), permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[License]) -> None:
        def work(one: License) -> None:
            lifecycle.suspend_license(license=one, reason="support", by=staff(request))

        _each(self, request, queryset.filter(add_on=INTEGRATION_HUB), work, str(_("Suspended")))

    @admin.action(description=_("Resume what was suspended"), permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[License]) -> None:
        def work(one: License) -> None:
            lifecycle.resume_license(license=one, by=staff(request))

        _each(self, request, queryset.filter(add_on=INTEGRATION_HUB), work, str(_("Resumed")))

    def has_delete_permission(self, request: HttpRequest, obj: License | None = None) -> bool:
        return False
