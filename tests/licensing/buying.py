"""Helpers of the tests of plans: an organization that stands somewhere, and buying as its page does."""

import uuid
from datetime import date

from backoffice.accounts.models import User
from backoffice.tenancy.models import Organization
from licensing.models import INTEGRATION_HUB, BillingPeriod, License, Order, PlanLevel, Subscription
from licensing.purchases import purchase
from licensing.quotes import Quote, Wish, quote
from licensing.standing import standing_of

ENTERPRISE, PRO, STARTER = PlanLevel.ENTERPRISE, PlanLevel.PRO, PlanLevel.STARTER
MONTHLY, YEARLY = BillingPeriod.MONTHLY, BillingPeriod.YEARLY
#: A day in a month of 30 days, on which a monthly term of 30 days starts.
FIRST = date(2027, 4, 1)


def wish(
    level: PlanLevel = ENTERPRISE,
    quantity: int | None = 1,
    period: BillingPeriod = MONTHLY,
    coupon: str = "",
) -> Wish:
    return Wish(level, period, quantity, coupon)


def shown(organization: Organization, wanted: Wish, on: date) -> Quote:
    return quote(standing_of(organization), wanted, on=on)


def buy(
    organization: Organization,
    wanted: Wish,
    on: date = FIRST,
    *,
    by: User | None = None,
    token: uuid.UUID | None = None,
) -> Order:
    """Confirm what the pane shows."""
    return purchase(
        organization=organization,
        wish=wanted,
        token=token or uuid.uuid4(),
        fingerprint=shown(organization, wanted, on).fingerprint,
        by=by,
        on=on,
    )


def subscription_of(organization: Organization) -> Subscription:
    return Subscription.objects.get(organization=organization)


def license_of(organization: Organization) -> License:
    return License.objects.get(organization=organization, add_on_id=INTEGRATION_HUB)


def lines_of(order: Order) -> list[tuple[str, int]]:
    return list(order.lines.order_by("position").values_list("kind", "amount"))
