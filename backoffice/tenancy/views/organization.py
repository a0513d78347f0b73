"""An organization's stores, searchable, a page at a time."""

from django.db.models import Q
from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page, searched
from backoffice.web.pages import page

CLOSED = "closed"


@organization_view(Permission.ORGANIZATION_VIEW)
def organization(request: OrganizationRequest) -> HttpResponseBase:
    """The closed stores are on a list of their own, `?state=closed`."""
    closed = request.GET.get("state") == CLOSED
    reached = request.member.every_store_reached()
    stores = reached.closed() if closed else reached.trading()
    words = searched(request.GET)
    if words:
        stores = stores.filter(Q(name__icontains=words) | Q(code__icontains=words))
    found = keyset_page(stores, order_by=["name"], cursor=request.GET.get("cursor"))
    for store in found.items:
        store.organization = request.organization
    context = {
        "page": found,
        "q": words,
        "closed": closed,
        "any_closed": closed or reached.closed().exists(),
        "may_erase": request.member.may(Permission.CUSTOMER_ERASE),
        "may_manage_groups": request.member.may(Permission.STORE_MANAGE),
    }
    return page(request, "tenancy/organization.html", context, partial="results")
