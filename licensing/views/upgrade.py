"""Why a store has no Integration Hub, and what to do about it."""

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import redirect

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from licensing.entitlements import has_hub
from licensing.models import INTEGRATION_HUB, License, PlanAddOn, PlanLevel, Subscription


@store_view(Permission.HUB_VIEW)
def upgrade(request: StoreRequest) -> HttpResponseBase:
    if has_hub(request.store.pk):
        return redirect("integrations:hub", organization=request.organization.slug, store=request.store.code)
    subscription = Subscription.objects.filter(organization=request.organization).first()
    license = License.objects.filter(organization=request.organization, add_on_id=INTEGRATION_HUB).first()
    return page(
        request,
        "licensing/upgrade.html",
        {
            "subscription": subscription,
            "license": license,
            "reason": _reason(subscription, license),
            "offers": PlanAddOn.objects.filter(add_on_id=INTEGRATION_HUB).order_by("monthly_price", "pk"),
            "may_assign": request.member.may(Permission.LICENSE_ASSIGN),
            "support_email": settings.SUPPORT_EMAIL,
        },
    )


def _reason(subscription: Subscription | None, license: License | None) -> str:
    """One of `plan`, `lapsed`, `no_license`, `all_assigned`, `not_assigned`."""
    if subscription is None or subscription.level == PlanLevel.STARTER:
        return "plan"
    if subscription.lapsed_at is not None:
        return "lapsed"
    if license is None or license.quantity == 0:
        return "no_license"
    if license.quantity is not None and license.assigned >= license.quantity:
        return "all_assigned"
    return "not_assigned"
