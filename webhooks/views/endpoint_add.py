"""Adding an endpoint of the store's own."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import endpoints as actions
from webhooks.delivery.backoff import in_words
from webhooks.endpoint_limits import TooManyEndpointsError
from webhooks.forms import EndpointForm


@store_view(Permission.ENDPOINT_MANAGE, methods=("GET", "POST"))
@hub_required
def endpoint_add(request: StoreRequest) -> HttpResponseBase:
    """The new endpoint's page follows: there a test is one click away, and so is its signing secret."""
    place = [request.organization.slug, request.store.code]
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made, _secret = actions.create(store=request.store, by=request.user, wishes=form.wishes())
        except TooManyEndpointsError as error:
            form.add_error(None, str(error))
        else:
            toasts.success(request, _("The endpoint was added. A signed test event is on its way to it."))
            return HttpResponseRedirect(reverse("webhooks:endpoint", args=[*place, made.public_id]), status=303)
    context = {"form": form, "retries": in_words(), "cancel_url": reverse("webhooks:endpoints", args=place)}
    return page(request, "webhooks/endpoint_add.html", context, status=422 if form.is_bound else 200)
