"""The disclaimer once more, where a provider's terms changed after it was added."""

from allauth.account.adapter import get_adapter
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.impersonation import refused_to_support
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations import actions
from integrations.consents import accept_again, must_accept
from integrations.contract import Provider
from integrations.forms import DisclaimerForm
from integrations.models import Integration
from integrations.views.found import integration_or_404, provider_or_404
from licensing.entitlements import hub_required

#: The value of `then` with which the terms are accepted in order to activate the integration.
ACTIVATE = "activate"


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def terms(request: StoreRequest, integration: str) -> HttpResponseBase:
    if request.method == "POST" and (refused := refused_to_support(request)):
        return refused
    found = integration_or_404(request, integration)
    provider = provider_or_404(found.provider_slug)
    activating = request.GET.get("then") == ACTIVATE and found.deactivated_at is not None
    if not must_accept(found, provider):
        return HttpResponseRedirect(_next(request, found))
    form = DisclaimerForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        context = {
            "integration": found,
            "provider": provider,
            "form": form,
            "activating": activating,
            "accepted": found.consents.select_related("accepted_by").order_by("-id").first(),
        }
        return page(request, "integrations/terms.html", context, status=422 if form.is_bound else 200)
    accept_again(integration=found, provider=provider, by=request.user, address=get_adapter().get_client_ip(request))
    return _activate(request, found, provider) if activating else _accepted(request, found, provider)


def terms_first(
    request: StoreRequest, integration: Integration, provider: Provider, *, then: str = ""
) -> HttpResponseRedirect | None:
    """The way to the new terms, where there are any: they are accepted before the integration is configured or activated."""
    if not must_accept(integration, provider):
        return None
    address = reverse("integrations:terms", args=[*_place(request), integration.public_id])
    return HttpResponseRedirect(f"{address}?then={then}" if then else address, status=303)


def refuse_to_activate(request: StoreRequest, refused: actions.AlreadyActive) -> HttpResponseRedirect:
    """The deactivated ones once more, and what is in the way of this one."""
    toasts.warning(request, _("%(why)s Delete that one first, then activate this one.") % {"why": refused})
    return HttpResponseRedirect(reverse("integrations:current", args=_place(request)) + "?show=deactivated", status=303)


def _accepted(request: StoreRequest, integration: Integration, provider: Provider) -> HttpResponseBase:
    toasts.success(request, _("You accepted the terms of %(provider)s.") % {"provider": provider.name})
    return HttpResponseRedirect(_next(request, integration), status=303)


def _activate(request: StoreRequest, integration: Integration, provider: Provider) -> HttpResponseBase:
    try:
        actions.activate(integration=integration, provider=provider, by=request.user)
    except actions.AlreadyActive as refused:
        return refuse_to_activate(request, refused)
    toasts.success(request, _("%(integration)s is active again.") % {"integration": provider.name})
    return HttpResponseRedirect(reverse("integrations:current", args=_place(request)), status=303)


def _next(request: StoreRequest, integration: Integration) -> str:
    """Where there is nothing more to accept: its configuration, or the list where it is deactivated."""
    if integration.deactivated_at is not None:
        return reverse("integrations:current", args=_place(request)) + "?show=deactivated"
    return reverse("integrations:configure", args=[*_place(request), integration.public_id])


def _place(request: StoreRequest) -> list[str]:
    return [request.organization.slug, request.store.code]
