"""One add-on for many stores at once: a preview of what would happen, then staging it."""

import uuid

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import Store
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.bulk import BulkPlan, plan, stage_plan
from licensing.drafts import columns, draft_of
from licensing.store_filter import StoreFilter

#: The preview names this many of the stores that find no seat.
NAMED = 12
#: The stores of one page; more are chosen by "all that match".
MOST_CHOSEN = 200


@organization_view(Permission.LICENSE_ASSIGN)
def license_bulk(request: OrganizationRequest) -> HttpResponseBase:
    made, wanted = _plan(request, request.GET)
    context = {
        "plan": made,
        "filter": wanted,
        "all": request.GET.get("all") == "1",
        "chosen": _chosen(request.GET),
        "refused_names": [name for _pk, name in made.refused[:NAMED]],
        "refused_more": max(0, len(made.refused) - NAMED),
    }
    return page(request, "licensing/license_bulk.html", context)


@organization_view(Permission.LICENSE_ASSIGN, methods=("POST",))
def license_bulk_stage(request: OrganizationRequest) -> HttpResponseBase:
    made, wanted = _plan(request, request.POST)
    count = stage_plan(made, by=request.user)
    if count:
        toasts.info(
            request,
            ngettext(
                "%(count)d change is staged. Save makes it true.",
                "%(count)d changes are staged. Save makes them true.",
                count,
            )
            % {"count": count},
        )
    else:
        toasts.info(
            request, _("Nothing was staged: each of these stores is already as you want it, or has no license left.")
        )
    return redirect(reverse("licensing:license", args=[request.organization.slug]) + wanted.query)


def _plan(request: OrganizationRequest, given: QueryDict) -> tuple[BulkPlan, StoreFilter]:
    draft = draft_of(request.organization, request.user)
    held = columns(request.organization, draft)
    wanted = StoreFilter.read(given)
    column = next((one for one in held if one.license.add_on_id == given.get("for", "")), next(iter(held), None))
    if column is None:
        raise Http404
    every: QuerySet[Store] = request.member.stores()
    stores = wanted.stores(every, held, draft) if given.get("all") == "1" else every.filter(pk__in=_chosen(given))
    return plan(column=column, stores=stores, on=given.get("switch") != "off", by=request.user), wanted


def _chosen(given: QueryDict) -> list[uuid.UUID]:
    found = []
    for text in given.getlist("store")[:MOST_CHOSEN]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
