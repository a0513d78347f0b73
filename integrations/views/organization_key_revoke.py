"""Revoking a key from the organization's side, whichever of its stores it belongs to."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from integrations.views import key_pages
from integrations.views.found import usable_organization_key_or_404


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_key_revoke(request: OrganizationRequest, key: str) -> HttpResponseBase:
    found = usable_organization_key_or_404(request, key)
    return key_pages.revoke_page(request, found, store=None, template="integrations/organization_key_revoke.html")
