"""Recovering what an endpoint that several stores share has missed, of all of them."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from webhooks import recovery
from webhooks.lookups import shared_endpoint_or_404
from webhooks.models import Endpoint
from webhooks.replay_forms import RecoverForm
from webhooks.views.endpoint_recover import said, usual_start

#: Its stores may lie in several zones.
ZONE = "UTC"


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_endpoint_recover(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    """With `since` in the address it counts; a POST sends again."""
    found = shared_endpoint_or_404(request.organization, shared)
    asked = request.POST if request.method == "POST" else request.GET
    if request.method == "POST" or "since" in request.GET:
        form = RecoverForm(asked, zone=ZONE)
    else:
        form = RecoverForm(zone=ZONE, start=usual_start(found))
    valid = form.is_valid()
    if valid and request.method == "POST":
        try:
            made = recovery.recover(endpoint=found, since=form.cleaned_data["since"], by=request.user)
            toasts.success(request, said(made))
        except recovery.NotReceivingError as error:
            toasts.warning(request, str(error))
        done = reverse("webhooks:organization_endpoint", args=[request.organization.slug, shared])
        return HttpResponseRedirect(done, status=303)
    context = {
        "form": form,
        "endpoint": found,
        "preview": recovery.preview(found, since=form.cleaned_data["since"]) if valid else None,
        "receiving": Endpoint.objects.callable().filter(pk=found.pk).exists(),
        "most": recovery.EVENTS_PREVIEWED,
    }
    status = 422 if form.is_bound and not valid else 200
    template = "webhooks/organization_endpoint_recover.html"
    return page(request, template, context, partial="recover-count", status=status)
