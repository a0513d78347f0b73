"""Current Integrations: what the store has, active or deactivated."""

from django.http import HttpResponseBase
from django.utils.safestring import mark_safe

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page, searched
from backoffice.web.pages import page
from integrations.catalog import slugs_matching
from integrations.status import rows_of
from licensing.entitlements import hub_required

#: Rows with links, forms and states of their own take their time to draw.
PAGE_SIZE = 20
#: Where the page's one pop-up names the integration that it was opened for.
CHOSEN_NAME = mark_safe("<span data-dialog-name></span>")


@store_view(Permission.HUB_VIEW)
@hub_required
def current(request: StoreRequest) -> HttpResponseBase:
    deactivated = request.GET.get("show") == "deactivated"
    words = searched(request.GET)
    integrations = request.store.integrations.deactivated() if deactivated else request.store.integrations.active()
    if words:
        integrations = integrations.filter(provider_slug__in=slugs_matching(words))
    found = keyset_page(
        integrations.select_related("added_by").prefetch_related("secrets"),
        order_by=["-id"],
        cursor=request.GET.get("cursor"),
        size=PAGE_SIZE,
    )
    context = {
        "page": found,
        "rows": rows_of(found.items, licensed=True),
        "deactivated": deactivated,
        "q": words,
        "searchable": found.has_neighbours or words,
        "chosen_name": CHOSEN_NAME,
        "may_manage": request.member.may(Permission.INTEGRATION_MANAGE),
    }
    return page(request, "integrations/current.html", context)
