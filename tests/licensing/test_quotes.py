"""What changes of plan, period and quantity cost, line by line."""

from datetime import date, timedelta

import pytest

from backoffice.tenancy.models import Organization
from licensing.models import BillingAccount, Coupon, Order, Price
from licensing.quotes import NotOnSale
from tests.factories.licensing import CouponFactory, hub_on_sale
from tests.licensing.buying import (
    ENTERPRISE,
    FIRST,
    PRO,
    STARTER,
    YEARLY,
    buy,
    license_of,
    lines_of,
    shown,
    subscription_of,
    wish,
)

pytestmark = pytest.mark.django_db
MIDDLE = FIRST + timedelta(days=15)


def test_the_first_purchase_starts_a_term_and_charges_it_whole(organization: Organization) -> None:
    now = shown(organization, wish(quantity=3), FIRST)
    assert (now.term.starts_on, now.term.ends_on) == (FIRST, date(2027, 5, 1))
    assert [(line.kind, line.amount) for line in now.lines] == [("charge", 0), ("charge", 5700)]
    assert (now.total, now.next_total) == (5700, 5700)


def test_more_licenses_are_prorated_to_the_renewal_date(organization: Organization) -> None:
    buy(organization, wish(quantity=3))
    now = shown(organization, wish(quantity=5), MIDDLE)
    assert [(line.amount, line.quantity, line.unit_amount) for line in now.lines] == [(1900, 2, 1900)]
    assert "15 of 30 days" in now.lines[0].description
    assert now.next_total == 9500


def test_up_down_and_up_again_nets_as_a_calculator_says(organization: Organization) -> None:
    """2 for 30 days, 3 more for days 10 to 20, 3 more again for days 25 to 30: 2 x 19.00 + 3 x 19.00 x 15/30."""
    buy(organization, wish(quantity=2))
    for day, quantity in ((10, 5), (20, 2), (25, 5)):
        buy(organization, wish(quantity=quantity), FIRST + timedelta(days=day))
    owed = sum(Order.objects.values_list("total", flat=True))
    assert owed - BillingAccount.objects.get().credit == 3800 + 2850


def test_pro_is_one_price_for_every_store(organization: Organization) -> None:
    order = buy(organization, wish(PRO, None))
    assert order.total == 2900
    assert license_of(organization).quantity is None


def test_from_pro_to_enterprise_the_rest_is_returned(organization: Organization) -> None:
    buy(organization, wish(PRO, None))
    now = shown(organization, wish(ENTERPRISE, 2), MIDDLE)
    assert [(line.kind, line.amount) for line in now.lines] == [("charge", 0), ("credit", -1450), ("charge", 1900)]
    assert now.total == 450


def test_down_to_starter_keeps_a_credit_that_the_next_order_uses(organization: Organization) -> None:
    buy(organization, wish(quantity=4))
    order = buy(organization, wish(STARTER, 0), MIDDLE)
    assert lines_of(order) == [("charge", 0), ("credit", -3800), ("credit_kept", 3800)]
    assert order.paid_at is not None
    again = buy(organization, wish(quantity=4), MIDDLE)
    assert lines_of(again) == [("charge", 0), ("charge", 7600), ("credit_used", -3800)]
    assert BillingAccount.objects.get().credit == 0


def test_another_period_starts_a_term_of_its_own(organization: Organization) -> None:
    buy(organization, wish(quantity=1))
    order = buy(organization, wish(quantity=1, period=YEARLY), MIDDLE)
    assert lines_of(order) == [("credit", -950), ("charge", 18000)]
    assert subscription_of(organization).renews_on == date(2028, 4, 16)


def test_a_coupon_is_a_line_counts_once_and_is_not_paid_back(organization: Organization) -> None:
    CouponFactory.create(code="HALF", percent=50)
    order = buy(organization, wish(quantity=10, coupon="half"))
    assert lines_of(order) == [("charge", 0), ("charge", 19000), ("coupon", -9500)]
    assert Coupon.objects.get().uses == 1
    back = buy(organization, wish(quantity=5), FIRST)
    assert lines_of(back) == [("credit", -9500), ("coupon_back", 4750), ("credit_kept", 4750)]
    assert shown(organization, wish(quantity=9, coupon="HALF"), FIRST).coupon_refused


@pytest.mark.parametrize(
    "traits",
    [
        {"valid_from": FIRST + timedelta(days=1)},
        {"valid_until": FIRST - timedelta(days=1)},
        {"max_uses": 0},
        {"percent": None, "amount": 500, "currency": "EUR"},
    ],
)
def test_coupons_that_do_not_serve_are_left_out_and_said(organization: Organization, traits: dict[str, object]) -> None:
    CouponFactory.create(code="NO", **traits)
    now = shown(organization, wish(coupon="NO"), FIRST)
    assert now.coupon_refused
    assert now.total == 1900


def test_tax_is_a_line(organization: Organization) -> None:
    BillingAccount.objects.create(organization=organization, tax_name="VAT", tax_percent="19.000")
    now = shown(organization, wish(quantity=1), FIRST)
    assert (now.lines[-1].description, now.lines[-1].amount) == ("VAT, 19 %", 361)
    assert now.total == 2261


@pytest.mark.parametrize(("currency", "amount", "half"), [("JPY", 2801, 1401), ("KWD", 6125, 3063)])
def test_currencies_with_other_decimals(organization: Organization, currency: str, amount: int, half: int) -> None:
    hub_on_sale(currency, enterprise=amount)
    BillingAccount.objects.create(organization=organization, currency=currency)
    assert buy(organization, wish(quantity=1)).total == amount
    assert shown(organization, wish(quantity=2), MIDDLE).total == half


def test_no_price_in_the_currency_is_said(organization: Organization) -> None:
    BillingAccount.objects.create(organization=organization, currency="EUR")
    with pytest.raises(NotOnSale, match="no price"):
        shown(organization, wish(), FIRST)


def test_a_later_price_is_for_new_licenses_and_the_renewal(organization: Organization) -> None:
    """Those bought before stay at theirs until then, also when they are returned."""
    buy(organization, wish(quantity=2))
    hub_on_sale(valid_from=MIDDLE, enterprise=3000)
    assert Price.objects.in_force(FIRST).get(offer__level=ENTERPRISE, billing_period="monthly").monthly_amount == 1900
    now = shown(organization, wish(quantity=3), MIDDLE)
    assert (now.total, now.next_total) == (1500, 9000)
    assert shown(organization, wish(quantity=1), MIDDLE).bill.credit_kept == 950


def test_a_trial_was_never_charged_and_is_not_returned(organization: Organization) -> None:
    from licensing.lifecycle import start_trial

    start_trial(organization=organization, level=ENTERPRISE, quantity=5, days=14, by=None)
    today = subscription_of(organization).term_starts_on
    assert shown(organization, wish(STARTER, 0), today).bill.credit_kept == 0
    assert shown(organization, wish(quantity=5), today).bill.charge == 5 * 1900


def test_what_is_given_is_not_charged(organization: Organization) -> None:
    from licensing.lifecycle import give

    buy(organization, wish(quantity=2))
    give(license=license_of(organization), comp_quantity=3, by=None)
    assert license_of(organization).quantity == 5
    now = shown(organization, wish(quantity=6), FIRST)
    assert (now.total, now.next_total) == (1900, 3 * 1900)


def test_what_a_change_of_period_returned_does_not_eat_what_the_new_term_gives_back(organization: Organization) -> None:
    """A year for 1 is left for a month the same day, then the plan is given up the same day: every cent comes back."""
    buy(organization, wish(quantity=1, period=YEARLY))
    buy(organization, wish(quantity=1))
    order = buy(organization, wish(STARTER, 0))
    assert [line.amount for line in order.lines.all() if line.kind == "credit"] == [-1900]
    owed = sum(Order.objects.values_list("total", flat=True))
    assert owed == BillingAccount.objects.get().credit


def test_licenses_that_were_given_make_no_other_level_free(organization: Organization) -> None:
    from licensing.lifecycle import give

    buy(organization, wish(quantity=2))
    give(license=license_of(organization), comp_quantity=3, by=None)
    now = shown(organization, wish(PRO, None), FIRST)
    # 9.00 of credit are left of what comes back for Enterprise.
    assert (now.bill.charge, now.next_total) == (2900, 2000)
    buy(organization, wish(PRO, None), FIRST)
    assert license_of(organization).comp_quantity == 0

    give(license=license_of(organization), comp_quantity=1, by=None)
    assert shown(organization, wish(PRO, None), FIRST).next_total == 0
    assert shown(organization, wish(quantity=2), FIRST).next_total == 3800
