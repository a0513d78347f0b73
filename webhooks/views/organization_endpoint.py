"""One endpoint that several stores share: how it fares, what was sent last, its secret, and its buttons."""

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.reauthentication import confirm_first, is_fresh
from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from webhooks import endpoints as actions
from webhooks import signing_keys
from webhooks.delivery.backoff import in_words
from webhooks.delivery_log import with_names
from webhooks.delivery_rows import delivery_rows
from webhooks.endpoint_rows import endpoint_rows
from webhooks.endpoint_state import endpoint_state
from webhooks.lookups import shared_endpoint_or_404, shared_signing_key_or_404
from webhooks.models import Delivery, Endpoint
from webhooks.sample_event import NoStoreError
from webhooks.shared_rows import stores_in_words

LATEST = 10


@organization_view(Permission.ORGANIZATION_HUB_MANAGE)
def organization_endpoint(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    return _page(request, shared_endpoint_or_404(request.organization, shared))


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("POST",))
def organization_endpoint_secret(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    """The signing secret in its place on the page, once the password was confirmed; the action records who saw it."""
    found = shared_endpoint_or_404(request.organization, shared)
    if first := confirm_first(request, then=f"{_address(request, found)}#secret"):
        return first
    if not found.signing_keys.exists():
        raise Http404
    return _page(request, found, secret=signing_keys.reveal(endpoint=found, by=request.user))


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("POST",))
def organization_endpoint_pause(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    found = shared_endpoint_or_404(request.organization, shared)
    actions.pause(endpoint=found, by=request.user)
    toasts.success(request, _("%(endpoint)s is paused. New events wait for it.") % {"endpoint": found})
    return HttpResponseRedirect(_address(request, found), status=303)


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("POST",))
def organization_endpoint_resume(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    found = shared_endpoint_or_404(request.organization, shared)
    actions.resume(endpoint=found, by=request.user)
    toasts.success(request, _("%(endpoint)s goes on. What waited is sent now.") % {"endpoint": found})
    return HttpResponseRedirect(_address(request, found), status=303)


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("POST",))
def organization_endpoint_test(request: OrganizationRequest, shared: str) -> HttpResponseBase:
    """The delivery's own page follows, in the store whose order the test is: it shows the answer as soon as there is one."""
    found = shared_endpoint_or_404(request.organization, shared)
    try:
        delivery = actions.send_test(endpoint=found, by=request.user)
    except NoStoreError as error:
        toasts.warning(request, str(error))
        return HttpResponseRedirect(_address(request, found), status=303)
    place = [request.organization.slug, delivery.store.code, delivery.public_id]
    return HttpResponseRedirect(reverse("webhooks:delivery", args=place), status=303)


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("POST",))
def organization_signing_key_revoke(request: OrganizationRequest, shared_key: str) -> HttpResponseBase:
    key = shared_signing_key_or_404(request.organization, shared_key)
    try:
        signing_keys.revoke(key=key, by=request.user)
        toasts.success(request, _("The old secret signs no more."))
    except signing_keys.CurrentKeyError as error:
        toasts.warning(request, str(error))
    return HttpResponseRedirect(f"{_address(request, key.endpoint)}#secret", status=303)


def _page(request: OrganizationRequest, found: Endpoint, *, secret: str = "") -> HttpResponse:
    latest = Delivery.objects.filter(endpoint=found).select_related("store").order_by("-id")
    sent = list(with_names(latest)[:LATEST])
    context = {
        "endpoint": found,
        "row": endpoint_rows([found])[0],
        "stores": stores_in_words([found])[found.pk],
        "rows": [(row, one.store) for row, one in zip(delivery_rows(sent), sent, strict=True)],
        "retries": in_words(),
        "signing_keys": signing_keys.valid(found),
        "state": endpoint_state(found),
        "secret": secret,
        "fresh": is_fresh(request),
        "may_manage": False,
    }
    return page(request, "webhooks/organization_endpoint.html", context, partial="secret-text" if secret else None)


def _address(request: OrganizationRequest, found: Endpoint) -> str:
    return reverse("webhooks:organization_endpoint", args=[request.organization.slug, found.public_id])
