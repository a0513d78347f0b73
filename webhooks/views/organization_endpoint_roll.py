"""Rolling the signing secret of an endpoint that several stores share."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.reauthentication import confirm_first
from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from webhooks import signing_keys
from webhooks.lookups import shared_endpoint_or_404
from webhooks.replay_forms import RollSecretForm


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_endpoint_roll(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    """The endpoint's page follows, where Show tells the new secret."""
    found = shared_endpoint_or_404(request.organization, shared)
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
            place = [request.organization.slug, shared]
            return HttpResponseRedirect(f"{reverse('webhooks:organization_endpoint', args=place)}#secret", status=303)
    context = {"form": form, "endpoint": found}
    return page(request, "webhooks/organization_endpoint_roll.html", context, status=422 if form.is_bound else 200)
