"""Revoking an old signing secret: the question's page, for browsers without scripts, and what Revoke does."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks import signing_keys
from webhooks.lookups import signing_key_or_404


@store_view(Permission.ENDPOINT_MANAGE, methods=("GET", "POST"))
@hub_required
def signing_key_revoke(request: StoreRequest, signing_key: str) -> HttpResponseBase:
    key = signing_key_or_404(request.store, signing_key)
    if request.method != "POST":
        return page(request, "webhooks/signing_key_revoke.html", {"key": key, "endpoint": key.endpoint})
    try:
        signing_keys.revoke(key=key, by=request.user)
        toasts.success(request, _("The secret %(hint)s was revoked. It signs nothing any more.") % {"hint": key.hint})
    except signing_keys.CurrentKeyError as error:
        toasts.warning(request, str(error))
    place = [request.organization.slug, request.store.code, key.endpoint.public_id]
    return HttpResponseRedirect(f"{reverse('webhooks:endpoint', args=place)}#secret", status=303)
