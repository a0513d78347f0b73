"""The Revoke pop-up's page, for browsers without scripts, and what Revoke does."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.api_keys import revoke
from integrations.views.found import usable_key_or_404
from licensing.entitlements import hub_required


@store_view(Permission.API_KEY_MANAGE, methods=("GET", "POST"))
@hub_required
def revoke_key(request: StoreRequest, key: str) -> HttpResponseBase:
    found = usable_key_or_404(request, key)
    if request.method != "POST":
        return page(request, "integrations/revoke_key.html", {"key": found})
    revoke(key=found, by=request.user)
    toasts.success(
        request, _("The key “%(name)s” was revoked. Calls with it are refused from now on.") % {"name": found.name}
    )
    done = reverse("integrations:api_keys", args=[request.organization.slug, request.store.code])
    return HttpResponseRedirect(done, status=303)
