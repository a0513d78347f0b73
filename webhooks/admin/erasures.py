"""Erasures of customers in the admin site: support looks for a customer, confirms and calls off as members do, by the same actions."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.accounts.reauthentication import confirm_first
from backoffice.tenancy.audited_admin import AuditedAdmin, staff
from webhooks.erasure.asking import NotFoundYetError, TooManyError, ask, cancel, confirm, require_room
from webhooks.erasure.identities import LONGEST_EMAIL, NothingToLookForError, spelled
from webhooks.models import CustomerErasure


class AskForm(forms.ModelForm[CustomerErasure]):
    wanted = forms.CharField(label=gettext_lazy("Address, number or id"), max_length=LONGEST_EMAIL)

    class Meta:
        model = CustomerErasure
        fields = ("organization", "store", "kind")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        store, organization = cleaned.get("store"), cleaned.get("organization")
        if store and organization and store.organization_id != organization.pk:
            raise ValidationError(_("The store belongs to another organization."))
        if cleaned.get("kind") and cleaned.get("wanted"):
            try:
                spelled(cleaned["kind"], cleaned["wanted"])
            except NothingToLookForError as error:
                self.add_error("wanted", str(error))
        if organization:
            try:
                require_room(organization)
            except TooManyError as error:
                self.add_error("organization", str(error))
        return cleaned


@admin.register(CustomerErasure)
class CustomerErasureAdmin(AuditedAdmin[CustomerErasure]):
    """Who was looked for is shown nowhere: only by what, and how much was found."""

    list_display = ("created_at", "organization", "store", "kind", "state", "orders", "erased_events", "created_by")
    list_filter = ("state", "kind")
    list_select_related = ("organization", "store", "created_by")
    search_fields = ("organization__name", "=wanted_sha256")
    autocomplete_fields = ("organization", "store")
    ordering = ("-id",)
    actions = ("erase", "call_off")
    # The last place may be taken between the form's look and the saving.
    refusals = (TooManyError,)
    show_full_result_count = False

    def get_form(
        self, request: HttpRequest, obj: CustomerErasure | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = AskForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: CustomerErasure | None = None) -> Any:
        if obj is None:
            return ("organization", "store", "kind", "wanted")
        return (
            "organization", "store", "kind", "wanted_sha256", "state", "looked_at", "orders", "events", "tries", "mails", "notes",
            "erased_events",
            "cleared_tries", "removed_mails", "cleared_notes", "created_by", "confirmed_by", "created_at", "finished_at",
        )  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: CustomerErasure | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CustomerErasure | None = None) -> bool:
        return False

    def has_run_permission(self, request: HttpRequest) -> bool:
        """The actions go on with erasures although the page cannot change them."""
        return bool(request.user.has_perm("webhooks.change_customererasure"))

    def save_model(self, request: HttpRequest, obj: CustomerErasure, form: Any, change: bool) -> None:
        made = ask(
            organization=obj.organization,
            store=obj.store,
            kind=obj.kind,
            text=form.cleaned_data["wanted"],
            by=staff(request),
        )
        obj.pk = made.pk

    @admin.action(description=gettext_lazy("Erase what was found"), permissions=["run"])
    def erase(self, request: HttpRequest, queryset: QuerySet[CustomerErasure]) -> HttpResponse | None:
        """One at a time, with a fresh password, and after a question that says how much there is: it cannot be brought back."""
        erasure = queryset.first() if queryset.count() == 1 else None
        if erasure is None:
            self.message_user(request, _("Choose one alone: each is looked at before it is erased."), messages.ERROR)
            return None
        if erasure.state != CustomerErasure.State.FOUND:
            self.message_user(request, f"{erasure}: {NotFoundYetError()}", messages.WARNING)
            return None
        if first := confirm_first(request, then=request.path):
            self.message_user(request, _("After the password, choose it and “Erase what was found” again."))
            return first
        if request.POST.get("confirm") != "yes":
            return self._question(request, erasure)
        try:
            confirm(erasure=erasure, by=staff(request))
        except NotFoundYetError as error:
            self.message_user(request, f"{erasure}: {error}", messages.WARNING)
        else:
            self.message_user(request, _("%(id)s is being erased.") % {"id": erasure}, messages.SUCCESS)
        return None

    def _question(self, request: HttpRequest, erasure: CustomerErasure) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": erasure,
            "title": _("Erase the customer?"),
            "verb": _("Erase"),
            "cancel_url": reverse("admin:webhooks_customererasure_changelist"),
        }
        return TemplateResponse(request, "admin/webhooks/customererasure/erase.html", context)

    @admin.action(description=gettext_lazy("Call off"), permissions=["run"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[CustomerErasure]) -> None:
        called_off = 0
        for erasure in queryset.exclude(state=CustomerErasure.State.CANCELLED).order_by("pk"):
            if cancel(erasure=erasure, by=staff(request)).state == CustomerErasure.State.CANCELLED:
                called_off += 1
            else:
                late = _("%(id)s is being erased or is erased already: it was not called off.")
                self.message_user(request, late % {"id": erasure}, messages.WARNING)
        said = ngettext("%(count)d erasure was called off.", "%(count)d erasures were called off.", called_off)
        self.message_user(request, said % {"count": called_off}, messages.SUCCESS)
