"""The Revoke pop-up's page, for browsers without scripts, and what Revoke does."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from integrations.views import key_pages
from integrations.views.found import usable_key_or_404
from licensing.entitlements import hub_required


@store_view(Permission.API_KEY_MANAGE, methods=("GET", "POST"))
@hub_required
def revoke_key(request: StoreRequest, key: str) -> HttpResponseBase:
    found = usable_key_or_404(request, key)
    return key_pages.revoke_page(request, found, store=request.store, template="integrations/revoke_key.html")
