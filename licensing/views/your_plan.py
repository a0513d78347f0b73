"""Upgrade: what the organization has, what it costs next, and where to go from here."""

from django.http import HttpResponseBase
from django.utils import timezone

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from licensing.models import BillingPeriod, Order
from licensing.quotes import NotOnSale, Wish, quote
from licensing.standing import Standing, standing_of


@organization_view(Permission.PLAN_VIEW)
def your_plan(request: OrganizationRequest) -> HttpResponseBase:
    standing = standing_of(request.organization)
    owed = list(Order.objects.filter(organization=request.organization).owed().order_by("due_on", "id")[:20])
    return page(
        request,
        "licensing/your_plan.html",
        {
            "standing": standing,
            "subscription": standing.subscription,
            "license": standing.license,
            "account": standing.account,
            "next_total": _next_total(standing),
            "owed": owed,
            "today": timezone.localdate(),
            "may_manage": request.member.may(Permission.PLAN_MANAGE),
        },
    )


def _next_total(standing: Standing) -> int | None:
    """The next invoice if nothing changes; None where there will be none."""
    license = standing.license
    if license is None or not standing.renewal_is_billed:
        return None
    wish = Wish(standing.plan, BillingPeriod(standing.subscription.billing_period), license.quantity)
    try:
        return quote(standing, wish, on=max(timezone.localdate(), standing.term.starts_on)).next_total or None
    except NotOnSale:
        return None
