"""Why a store has no Integration Hub, and what to do about it."""

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from licensing.entitlements import has_hub
from licensing.models import INTEGRATION_HUB, BillingPeriod, License, PlanLevel, Price, Subscription


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
            "prices": hub_prices(),
            "may_assign": request.member.may(Permission.LICENSE_ASSIGN),
            "support_email": settings.SUPPORT_EMAIL,
        },
    )


def hub_prices() -> list[Price]:
    """The monthly prices of the hub today, the lower level first."""
    found = Price.objects.in_force(timezone.localdate()).filter(
        offer__add_on=INTEGRATION_HUB, billing_period=BillingPeriod.MONTHLY, currency="USD"
    )
    return sorted(found.select_related("offer"), key=lambda price: list(PlanLevel).index(PlanLevel(price.offer.level)))


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
