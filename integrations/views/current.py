"""Current Integrations: what the store has, active or deactivated."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations.status import rows_of
from licensing.entitlements import hub_required


@store_view(Permission.HUB_VIEW)
@hub_required
def current(request: StoreRequest) -> HttpResponseBase:
    deactivated = request.GET.get("show") == "deactivated"
    integrations = request.store.integrations.deactivated() if deactivated else request.store.integrations.active()
    found = keyset_page(
        integrations.select_related("added_by").prefetch_related("secrets"),
        order_by=["-id"],
        cursor=request.GET.get("cursor"),
    )
    context = {
        "page": found,
        "rows": rows_of(found.items, licensed=True),
        "deactivated": deactivated,
        "may_manage": request.member.may(Permission.INTEGRATION_MANAGE),
    }
    return page(request, "integrations/current.html", context)
