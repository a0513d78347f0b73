"""A term that is paid after it lapsed begins anew on another day, and gives back what was paid for it as any other does."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.tenancy.models import Organization
from licensing.lifecycle import lapse
from licensing.models import BillingAccount, Order, OrderLine
from licensing.orders import mark_paid
from licensing.proration import Term
from tests.factories.licensing import hub_on_sale
from tests.factories.tenancy import OrganizationFactory
from tests.licensing.buying import FIRST, STARTER, buy, subscription_of, wish

pytestmark = pytest.mark.django_db
EXAMPLES = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
#: The monthly term from FIRST is over by then.
LATE = st.integers(30, 80).map(lambda days: FIRST + timedelta(days=days))


def pay_late(organization: Organization, on: date) -> None:
    with time_machine.travel(datetime(on.year, on.month, on.day, 12, tzinfo=UTC), tick=False):
        lapse(organization=organization, reason="unpaid", by=None)
        for order in Order.objects.filter(organization=organization).owed():
            mark_paid(order=order, reference="", by=None)


def paid(organization: Organization) -> int:
    lines = OrderLine.objects.filter(order__organization=organization, kind=OrderLine.Kind.CHARGE)
    return sum(lines.values_list("amount", flat=True))


def credit(organization: Organization) -> int:
    return BillingAccount.objects.get(organization=organization).credit


@EXAMPLES
@given(first=st.integers(1, 9), more=st.integers(0, 9), day=st.integers(0, 29), late=LATE)
def test_given_up_the_day_it_came_back_all_that_was_paid_is_credit(
    db: None, first: int, more: int, day: int, late: date
) -> None:
    hub_on_sale()
    organization = OrganizationFactory.create()
    buy(organization, wish(quantity=first))
    if more:
        buy(organization, wish(quantity=first + more), FIRST + timedelta(days=day))
    pay_late(organization, late)
    assert subscription_of(organization).term_starts_on == late
    buy(organization, wish(STARTER, 0), late)
    assert credit(organization) == paid(organization) > 0


@EXAMPLES
@given(data=st.data(), late=LATE, quantity=st.integers(2, 12))
def test_each_return_gives_its_share_of_the_days_left_and_never_more_than_was_paid(
    db: None, data: st.DataObject, late: date, quantity: int
) -> None:
    hub_on_sale()
    organization = OrganizationFactory.create()
    buy(organization, wish(quantity=quantity))
    pay_late(organization, late)
    plan = subscription_of(organization)
    term = Term(plan.term_starts_on, plan.renews_on)
    expected, held = 0, quantity
    days = data.draw(st.lists(st.integers(0, term.days - 1), min_size=1, max_size=4, unique=True).map(sorted))
    for day in days:
        left = data.draw(st.integers(0, held))
        if left == held:
            continue
        buy(organization, wish(quantity=left), late + timedelta(days=day))
        expected += term.remaining(held * 1900, late + timedelta(days=day)) - term.remaining(
            left * 1900, late + timedelta(days=day)
        )
        held = left
    assert credit(organization) == expected <= paid(organization)


@EXAMPLES
@given(late=LATE, again=st.integers(31, 70))
def test_a_term_that_moved_twice_still_knows_its_order(db: None, late: date, again: int) -> None:
    hub_on_sale()
    organization = OrganizationFactory.create()
    buy(organization, wish(quantity=3))
    pay_late(organization, late)
    pay_late(organization, late + timedelta(days=again))
    # Nothing was owed the second time: support brings it back.
    from licensing.lifecycle import renew

    on = late + timedelta(days=again)
    with time_machine.travel(datetime(on.year, on.month, on.day, 12, tzinfo=UTC), tick=False):
        renew(organization=organization, by=None)
    buy(organization, wish(STARTER, 0), on)
    assert credit(organization) == 3 * 1900


def test_a_renewal_that_was_paid_late_gives_back_its_own_order_alone(organization: Organization) -> None:
    from licensing.renewals import renew_due

    mark_paid(order=buy(organization, wish(quantity=2)), reference="", by=None)
    (renewal,) = renew_due(organization=organization, on=date(2027, 5, 1))
    pay_late(organization, date(2027, 6, 20))
    assert subscription_of(organization).first_order == renewal
    buy(organization, wish(STARTER, 0), date(2027, 6, 20))
    assert credit(organization) == renewal.total == 3800


def test_support_moving_the_renewal_date_loses_no_payment(organization: Organization) -> None:
    from licensing.actions import subscribe

    buy(organization, wish(quantity=2))
    plan = subscription_of(organization)
    subscribe(organization=organization, level=plan.plan, renews_on=plan.renews_on + timedelta(days=30), by=None)
    buy(organization, wish(STARTER, 0), FIRST)
    assert credit(organization) == 3800
