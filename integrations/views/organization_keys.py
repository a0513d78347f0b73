"""The API keys page of an organization: its own keys and those of all its stores, with their last use."""

from typing import Any

from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page, searched
from backoffice.web.pages import page
from integrations.key_rows import KINDS, STATES, found_keys, key_rows
from licensing.entitlements import is_enterprise


@organization_view(Permission.ORGANIZATION_HUB_MANAGE)
def organization_keys(request: OrganizationRequest) -> HttpResponseBase:
    """Searched by `q`, `state` and `of`; values that are none of the filters' count as none."""
    words = searched(request.GET)
    state, kind = (
        value if (value := request.GET.get(name, "")) in choices else ""
        for name, choices in (("state", STATES), ("of", KINDS))
    )
    keys = found_keys(request.organization, words=words, state=state, kind=kind).select_related("store", "created_by")
    found = keyset_page(keys, order_by=["-id"], cursor=request.GET.get("cursor"))
    context: dict[str, Any] = {
        "page": found,
        "rows": key_rows(found.items, organization=request.organization, store=None),
        "q": words,
        "state": state,
        "kind": kind,
        "states": STATES.items(),
        "kinds": KINDS.items(),
        "searched": bool(words or state or kind),
        "enterprise": is_enterprise(request.organization.pk),
    }
    return page(request, "integrations/organization_keys.html", context, partial="results")
