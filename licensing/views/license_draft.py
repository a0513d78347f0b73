"""Moving a switch of the License page, saving what is staged, and discarding it."""

import uuid

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import trigger_client_event

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import Store
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.drafts import Column, Conflict, SeatRefused, columns, discard, draft_of, save, stage, stage_each
from licensing.license_rows import staged_in
from licensing.models import License
from licensing.store_filter import StoreFilter
from licensing.views.license import shown

#: A page shows 50 stores; this bounds what one post may hold.
MOST_CELLS = 1000


@organization_view(Permission.LICENSE_ASSIGN, methods=("POST",))
def license_stage(request: OrganizationRequest) -> HttpResponseBase:
    """One switch was moved: stages it and answers with the counts and the bar, or moves it back and says why."""
    held = columns(request.organization, None)
    cell = request.POST.get("move")
    if not cell:
        raise BadRequest("A switch must be named.")
    found = _found(request, held, [cell])
    if not found:
        raise Http404
    ((column, store),) = found.values()
    on, reason = cell in request.POST.getlist("on"), ""
    try:
        stage(license=column.license, store=store, on=on, by=request.user)
    except SeatRefused as refusal:
        on, reason = False, str(refusal)
    draft = draft_of(request.organization, request.user)
    held = columns(request.organization, draft)
    said = reason or _said(next(one for one in held if one.license.pk == column.license.pk), store, on=on)
    staged = staged_in(draft, held)
    context = {
        "columns": held,
        "shown": shown(held),
        "staged": staged,
        "said": said,
        "filter": StoreFilter.read(request.GET),
        "may_assign": True,
    }
    response = page(request, "licensing/license.html", context, partial="moved")
    moved = {"cell": cell, "on": on, "reason": reason, "staged": staged.total}
    return trigger_client_event(response, "license-moved", moved, after="swap")


@organization_view(Permission.LICENSE_ASSIGN, methods=("POST",))
def license_save(request: OrganizationRequest) -> HttpResponseBase:
    """Saves the draft, with whatever the posted page shows differently: all that a browser without scripts sends."""
    held = columns(request.organization, None)
    _stage_page(request, held)
    outcome = save(organization=request.organization, by=request.user)
    if isinstance(outcome, Conflict):
        return page(request, "licensing/license_save.html", {"conflict": outcome}, status=409)
    if outcome.on or outcome.off:
        toasts.success(request, _("License settings saved successfully"))
    else:
        toasts.info(request, _("There was nothing to save: every switch is as it was."))
    return _back(request)


@organization_view(Permission.LICENSE_ASSIGN, methods=("POST",))
def license_discard(request: OrganizationRequest) -> HttpResponseBase:
    discard(organization=request.organization, by=request.user)
    toasts.info(request, _("Your staged changes are discarded. No store was changed."))
    return _back(request)


def _back(request: OrganizationRequest) -> HttpResponseBase:
    query = request.GET.urlencode()
    return redirect(reverse("licensing:license", args=[request.organization.slug]) + (f"?{query}" if query else ""))


def _found(request: OrganizationRequest, held: list[Column], cells: list[str]) -> dict[str, tuple[Column, Store]]:
    """The add-on and store that each posted cell names; what is not this organization's is left out."""
    by_add_on = {column.license.add_on_id: column for column in held}
    named: dict[str, tuple[Column, uuid.UUID]] = {}
    for cell in cells[:MOST_CELLS]:
        add_on, _colon, text = cell.partition(":")
        try:
            named[cell] = (by_add_on[add_on], uuid.UUID(text))
        except (KeyError, ValueError):
            continue
    stores = request.member.stores().in_bulk([store for _column, store in named.values()])
    return {cell: (column, stores[store]) for cell, (column, store) in named.items() if store in stores}


def _stage_page(request: OrganizationRequest, held: list[Column]) -> None:
    """Stages the switches that stand otherwise than when the page was made: `cell` holds each with where it stood."""
    stood = dict(text.rsplit(":", 1) for text in request.POST.getlist("cell")[:MOST_CELLS] if text.count(":") == 2)
    on = set(request.POST.getlist("on"))
    moved = [cell for cell, before in stood.items() if (cell in on) != (before == "1")]
    moves: list[tuple[License, uuid.UUID, bool]] = [
        (column.license, store.pk, cell in on) for cell, (column, store) in _found(request, held, moved).items()
    ]
    stage_each(organization=request.organization, moves=moves, by=request.user)


def _said(column: Column, store: Store, *, on: bool) -> str:
    """What a screen reader hears after a switch was moved."""
    state = _("%(store)s: on, not saved yet.") if on else _("%(store)s: off, not saved yet.")
    state %= {"store": store.name}
    if column.license.quantity is None:
        return state
    used = ngettext("%(used)d of %(max)d used.", "%(used)d of %(max)d used.", column.license.quantity) % {
        "used": column.used,
        "max": column.license.quantity,
    }
    return f"{state} {used}"
