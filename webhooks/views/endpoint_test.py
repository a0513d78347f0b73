"""Send test: a made-up order to one endpoint, and its answer where the button was pressed."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.htmx import wants_fragment
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import endpoints as actions
from webhooks.live_answer import live_answer
from webhooks.lookups import endpoint_or_404


@store_view(Permission.ENDPOINT_MANAGE, methods=("POST",))
@hub_required
def endpoint_test(request: StoreRequest, endpoint: str) -> HttpResponseBase:
    """A fragment that follows the delivery; without scripts the delivery's own page, which follows it too."""
    found = endpoint_or_404(request.store, endpoint)
    delivery = actions.send_test(endpoint=found, by=request.user)
    if wants_fragment(request):
        return page(request, "webhooks/delivery.html", {"answer": live_answer(delivery)}, partial="test-answer")
    shown = reverse("webhooks:delivery", args=[request.organization.slug, request.store.code, delivery.public_id])
    return HttpResponseRedirect(shown, status=303)
