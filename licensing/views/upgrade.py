"""Why a store has no Integration Hub, what it costs, who can buy it, and what to do about it."""

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import redirect

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.models import Member
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from licensing.entitlements import has_hub
from licensing.levels import prices_today
from licensing.models import PlanLevel
from licensing.notices import PAYERS
from licensing.standing import Standing, standing_of

#: So many of those who can buy are named.
BUYERS_NAMED = 5


@store_view(Permission.HUB_VIEW)
def upgrade(request: StoreRequest) -> HttpResponseBase:
    if has_hub(request.store.pk):
        return redirect("integrations:hub", organization=request.organization.slug, store=request.store.code)
    standing = standing_of(request.organization)
    prices = prices_today(standing.account.currency)
    buyers = Member.objects.filter(organization=request.organization, role_code__in=PAYERS).select_related("user")
    return page(
        request,
        "licensing/upgrade.html",
        {
            "subscription": standing.subscription,
            "license": standing.license,
            "reason": _reason(standing),
            "days": standing.plan.retention_days,
            "prices": [found[0] for found in prices.values() if found],
            "buyers": [member.user for member in buyers.order_by("user__name", "pk")[:BUYERS_NAMED]],
            "may_assign": request.member.may(Permission.LICENSE_ASSIGN),
            "may_manage": request.member.may(Permission.PLAN_MANAGE),
            "support_email": settings.SUPPORT_EMAIL,
        },
    )


def _reason(standing: Standing) -> str:
    """One of `plan`, `lapsed`, `no_license`, `trial_over`, `suspended`, `all_assigned`, `not_assigned`."""
    license = standing.license
    if standing.plan == PlanLevel.STARTER:
        return "plan"
    if standing.subscription.lapsed_at is not None:
        return "lapsed"
    if license is None or license.quantity == 0:
        return "no_license"
    if license.suspended_at is not None:
        return "trial_over" if license.suspended_for == "trial_over" else "suspended"
    if license.quantity is not None and license.assigned >= license.quantity:
        return "all_assigned"
    return "not_assigned"
