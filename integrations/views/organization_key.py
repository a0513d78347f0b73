"""One developer API key of an organization, or of one of its stores, as the organization sees it."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from integrations.views import key_pages
from integrations.views.found import organization_key_or_404, usable_organization_key_or_404

_TEMPLATE = "integrations/organization_key.html"


@organization_view(Permission.ORGANIZATION_HUB_MANAGE)
def organization_key(request: OrganizationRequest, key: str) -> HttpResponseBase:
    found = organization_key_or_404(request, key)
    return key_pages.detail(request, found, store=None, template=_TEMPLATE, may_manage=True)


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("POST",))
def organization_key_show(request: OrganizationRequest, key: str) -> HttpResponseBase:
    """The key's text, in its place on the page; an HTMX request gets that place alone."""
    return key_pages.show(request, usable_organization_key_or_404(request, key), store=None, template=_TEMPLATE)
