"""Rolling an endpoint's signing secret: a new one in its place, while the old one goes on signing for a chosen time."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.reauthentication import confirm_first
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import signing_keys
from webhooks.lookups import endpoint_or_404
from webhooks.replay_forms import RollSecretForm


@store_view(Permission.ENDPOINT_MANAGE, methods=("GET", "POST"))
@hub_required
def endpoint_roll(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """The endpoint's page follows, where Show tells the new secret."""
    found = endpoint_or_404(request.store, endpoint)
    if first := confirm_first(request, then=request.path):
        return first
    form = RollSecretForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            signing_keys.roll(endpoint=found, overlap=form.overlap_time, by=request.user)
        except signing_keys.TooManyKeysError as error:
            form.add_error(None, str(error))
        else:
            toasts.success(request, _("The signing secret was rolled. Press Show to read the new one."))
            place = [request.organization.slug, request.store.code, found.public_id]
            return HttpResponseRedirect(f"{reverse('webhooks:endpoint', args=place)}#secret", status=303)
    context = {"form": form, "endpoint": found}
    return page(request, "webhooks/endpoint_roll.html", context, status=422 if form.is_bound else 200)
