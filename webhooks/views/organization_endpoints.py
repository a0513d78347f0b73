"""The order webhooks of an organization: endpoints that get the events of all its stores, or of some."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from licensing.entitlements import is_enterprise
from webhooks.endpoint_rows import endpoint_rows
from webhooks.models import Endpoint
from webhooks.shared_rows import stores_in_words


@organization_view(Permission.ORGANIZATION_HUB_MANAGE)
def organization_endpoints(request: OrganizationRequest) -> HttpResponseBase:
    listed = Endpoint.objects.listed().filter(organization=request.organization)
    found = keyset_page(listed, order_by=["-id"], cursor=request.GET.get("cursor"))
    stores = stores_in_words(found.items)
    context = {
        "page": found,
        "rows": [(row, stores[row.endpoint.pk]) for row in endpoint_rows(found.items)],
        "enterprise": is_enterprise(request.organization.pk),
    }
    return page(request, "webhooks/organization_endpoints.html", context)
