"""The License page: which stores have the Integration Hub, as one staged form that Save commits."""

import uuid
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import Store
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from licensing.assignments import NotEnoughLicenses, save_assignments
from licensing.models import INTEGRATION_HUB, License


@organization_view(Permission.LICENSE_VIEW)
def license(request: OrganizationRequest) -> HttpResponseBase:
    return page(request, "licensing/license.html", _context(request, _held(request)))


@organization_view(Permission.LICENSE_ASSIGN, methods=("POST",))
def license_save(request: OrganizationRequest) -> HttpResponseBase:
    held = _held(request)
    if held is None:
        raise Http404
    shown, on = _ids(request, "shown"), _ids(request, "on")
    stores = list(request.member.stores().filter(pk__in=shown))
    try:
        save_assignments(
            license=held,
            on=[store for store in stores if store.pk in on],
            off=[store for store in stores if store.pk not in on],
            by=request.user,
        )
    except NotEnoughLicenses as error:
        held.refresh_from_db()
        return page(
            request, "licensing/license.html", _context(request, held, staged=on, refusal=str(error)), status=409
        )
    toasts.success(request, _("License settings saved successfully"))
    query = request.GET.urlencode()
    return redirect(reverse("licensing:license", args=[request.organization.slug]) + (f"?{query}" if query else ""))


def _held(request: OrganizationRequest) -> License | None:
    return (
        License.objects.select_related("add_on")
        .filter(organization=request.organization, add_on_id=INTEGRATION_HUB)
        .first()
    )


def _ids(request: OrganizationRequest, name: str) -> set[uuid.UUID]:
    found = set()
    for text in request.POST.getlist(name)[:1000]:
        try:
            found.add(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _context(
    request: OrganizationRequest, held: License | None, *, staged: set[uuid.UUID] | None = None, refusal: str = ""
) -> dict[str, Any]:
    words = request.GET.get("q", "").strip()[:100]
    stores = request.member.stores()
    if words:
        stores = stores.filter(Q(name__icontains=words) | Q(code__icontains=words))
    found = keyset_page(stores, order_by=["name"], cursor=request.GET.get("cursor"))
    assigned = set(held.assignments.filter(store__in=found.items).values_list("store_id", flat=True) if held else [])
    return {
        "license": held,
        "page": found,
        "rows": [_row(store, assigned, staged) for store in found.items],
        "q": words,
        "refusal": refusal,
        "may_assign": request.member.may(Permission.LICENSE_ASSIGN),
    }


def _row(store: Store, assigned: set[uuid.UUID], staged: set[uuid.UUID] | None) -> dict[str, Any]:
    on = store.pk in (assigned if staged is None else staged)
    return {"store": store, "on": on, "refused": staged is not None and on and store.pk not in assigned}
