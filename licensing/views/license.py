"""The License page: which stores have which add-on, searched, filtered and a page at a time."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import StoreGroup
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from licensing.drafts import Column, columns, draft_of
from licensing.license_rows import staged_in, table
from licensing.models import LicenseDraft
from licensing.store_filter import StoreFilter

COUNTS = "counts"


@organization_view(Permission.LICENSE_VIEW)
def license(request: OrganizationRequest) -> HttpResponseBase:
    draft = draft_of(request.organization, request.user)
    held = columns(request.organization, draft)
    if request.htmx and request.htmx.target == COUNTS:
        if request.headers.get("X-Shown") == shown(held):
            return HttpResponse(status=204)
        context = {"columns": held, "shown": shown(held), "may_assign": _may_assign(request)}
        return page(request, "licensing/license.html", context, partial="counts")
    return page(request, "licensing/license.html", _context(request, draft, held), partial="results")


def shown(held: list[Column]) -> str:
    """What the counts above the columns say; the poll is answered only where it differs."""
    return " ".join(f"{column.used}/{column.license.quantity}" for column in held)


def _context(request: OrganizationRequest, draft: LicenseDraft | None, held: list[Column]) -> dict[str, Any]:
    wanted = StoreFilter.read(request.GET)
    every = request.member.stores()
    matching = wanted.stores(every, held, draft)
    found = keyset_page(matching, order_by=["name"], cursor=request.GET.get("cursor"))
    return {
        "columns": held,
        "shown": shown(held),
        "page": found,
        "rows": table(found, held, draft) if held else [],
        "matching": matching.count() if held else 0,
        "filter": wanted,
        "groups": StoreGroup.objects.filter(organization=request.organization).order_by("name")[:200],
        "staged": staged_in(draft, held),
        "may_assign": _may_assign(request),
        "may_manage_groups": request.member.may(Permission.STORE_MANAGE),
    }


def _may_assign(request: OrganizationRequest) -> bool:
    return request.member.may(Permission.LICENSE_ASSIGN)
