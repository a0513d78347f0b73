"""The demo's plans, bought as a customer buys them: orders with lines, an invoice that is paid and one that is not, a coupon."""

from datetime import date, timedelta
from typing import Any

from backoffice.demo.organizations import DemoOrganization

#: Bought so many days ago, in a first and a second purchase.
FIRST_BOUGHT = timedelta(days=12)
COUPON = "WELCOME20"


def seed_licensing(demo: DemoOrganization, organization: Any, stores: dict[str, Any], buyer: Any) -> None:
    """Once for each organization, in the caller's transaction."""
    from django.utils import timezone

    from licensing.assignments import assign
    from licensing.models import INTEGRATION_HUB, BillingAccount, License, PlanLevel, Subscription
    from licensing.orders import mark_paid

    _offer_coupon()
    if Subscription.objects.filter(organization=organization).exists():
        return
    BillingAccount.objects.get_or_create(organization=organization, defaults=dict(demo.billing))
    today = timezone.localdate()
    level = PlanLevel(demo.level)
    if level == PlanLevel.STARTER:
        Subscription.objects.create(organization=organization, level=level, renews_on=today + timedelta(days=30))
        return
    first = demo.licenses if demo.licenses is None else max(demo.licenses - 2, 1)
    order = _buy(organization, level, first, buyer, today - FIRST_BOUGHT)
    mark_paid(order=order, reference="Bank transfer 4711", by=None)
    if first != demo.licenses:
        _buy(organization, level, demo.licenses, buyer, today)
    license = License.objects.get(organization=organization, add_on_id=INTEGRATION_HUB)
    assign(license=license, stores=[stores[one.code] for one in demo.stores if one.licensed], by=buyer)


def _buy(organization: Any, level: Any, quantity: int | None, buyer: Any, on: date) -> Any:
    import uuid

    from licensing.models import BillingPeriod
    from licensing.purchases import purchase
    from licensing.quotes import Wish, quote
    from licensing.standing import standing_of

    wish = Wish(level, BillingPeriod.MONTHLY, quantity)
    shown = quote(standing_of(organization), wish, on=on)
    return purchase(
        organization=organization,
        wish=wish,
        token=uuid.uuid4(),
        fingerprint=shown.fingerprint,
        by=buyer,
        on=on,
    )


def _offer_coupon() -> None:
    from licensing.models import Coupon

    Coupon.objects.get_or_create(code=COUPON, defaults={"percent": 20, "valid_from": date(2026, 1, 1)})
