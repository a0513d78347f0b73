"""The way in: on a customer's page in the admin site, support says why, and goes on as the customer."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.admin import UserAdmin
from backoffice.accounts.impersonation import LASTS_SECONDS, may_impersonate
from backoffice.accounts.models import User
from backoffice.accounts.reauthentication import confirm_first
from backoffice.tenancy.impersonation import TakeOnView


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("Such as the number of the customer's request. The history of the customer keeps it."),
    )


class ImpersonatingUserAdmin(UserAdmin):
    """People's pages with a button to sign in as them, where that is allowed."""

    def get_urls(self) -> list[URLPattern]:
        question = self.admin_site.admin_view(self.impersonate)
        return [path("<int:object_id>/impersonate/", question, name="accounts_user_impersonate"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        allowed = found is not None and may_impersonate(support=request.user, customer=found)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "may_impersonate": allowed})

    def impersonate(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Asks for the reason; a POST, once the password was confirmed, goes on as the customer."""
        customer = get_object_or_404(User, pk=object_id)
        if not may_impersonate(support=request.user, customer=customer):
            raise PermissionDenied(TakeOnView().get_permission_denied_message())
        if first := confirm_first(request, then=request.path):
            return first
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            view = TakeOnView.as_view(reason=form.cleaned_data["reason"])
            taken_on: HttpResponseBase = view(request, object_id=customer.pk)
            return taken_on
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": customer,
            "form": form,
            "minutes": LASTS_SECONDS // 60,
            "title": _("Sign in as %(person)s?") % {"person": customer},
            "verb": _("Sign in as the customer"),
            "cancel_url": reverse("admin:accounts_user_change", args=[customer.pk]),
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/accounts/user/impersonate.html", context, status=status)
