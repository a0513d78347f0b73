"""The disclaimer that stands before every new integration, and the consent that Confirm records."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.impersonation import refused_to_support
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.actions import AlreadyActive, NotInPlan, NotOffered, add
from integrations.contract import Provider
from integrations.forms import DisclaimerForm
from integrations.listings import may_be_added
from integrations.models import Integration
from integrations.views.add_to_stores import may_add_to_several
from integrations.views.found import provider_or_404
from licensing.entitlements import has_hub


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
def disclaimer(request: StoreRequest, provider: str) -> HttpResponseBase:
    found = provider_or_404(provider)
    if not may_be_added(found):
        raise Http404
    place = [request.organization.slug, request.store.code]
    if request.method == "POST":
        return _confirm(request, found, reverse("integrations:current", args=place))
    if not has_hub(request.store.pk):
        return HttpResponseRedirect(reverse("licensing:upgrade", args=place))
    there = _newest(request, found)
    if there and there.deactivated_at is None and not found.allows_several:
        toasts.info(request, _("%(provider)s is active in this store already.") % {"provider": found.name})
        return HttpResponseRedirect(reverse("integrations:configure", args=[*place, there.public_id]))
    return _page(request, found, DisclaimerForm(), there)


def _newest(request: StoreRequest, provider: Provider) -> Integration | None:
    """The one that the store has, else the one that was deactivated last, whose settings Activate brings back."""
    here = request.store.integrations.filter(provider_slug=provider.slug)
    return here.order_by(F("deactivated_at").desc(nulls_first=True), "-id").first()


def _page(
    request: StoreRequest, provider: Provider, form: DisclaimerForm, there: Integration | None, *, status: int = 200
) -> HttpResponseBase:
    context = {
        "provider": provider,
        "form": form,
        "several": may_add_to_several(request),
        "was_here": there is not None and there.deactivated_at is not None,
    }
    return page(request, "integrations/disclaimer.html", context, status=status)


def _confirm(request: StoreRequest, provider: Provider, done: str) -> HttpResponseBase:
    if refused_here := refused_to_support(request):
        return refused_here
    form = DisclaimerForm(request.POST)
    if not form.is_valid():
        return _page(request, provider, form, _newest(request, provider), status=422)
    try:
        add(store=request.store, provider=provider, by=request.user, address=get_adapter().get_client_ip(request))
    except NotInPlan as refused:
        raise PermissionDenied(str(refused)) from refused
    except NotOffered as refused:
        raise Http404 from refused
    except AlreadyActive as refused:
        # Confirmed twice, or by somebody else meanwhile: what was wanted is there.
        toasts.warning(request, str(refused))
        return HttpResponseRedirect(done, status=303)
    toasts.success(request, _("%(provider)s was added. Set it up with the gear.") % {"provider": provider.name})
    return HttpResponseRedirect(done, status=303)
