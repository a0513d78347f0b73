"""Manage Plan: the levels side by side."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from licensing.levels import compare
from licensing.models import PlanLevel
from licensing.standing import standing_of


@organization_view(Permission.PLAN_VIEW)
def manage_plan(request: OrganizationRequest) -> HttpResponseBase:
    standing = standing_of(request.organization)
    order = list(PlanLevel)
    rank = order.index(standing.plan)
    return page(
        request,
        "licensing/manage_plan.html",
        {
            "columns": [
                {
                    "offer": column,
                    "current": column.level == standing.plan,
                    "higher": order.index(column.level) > rank,
                }
                for column in compare(standing.account.currency)
            ],
            "standing": standing,
            "may_manage": request.member.may(Permission.PLAN_MANAGE),
        },
    )
