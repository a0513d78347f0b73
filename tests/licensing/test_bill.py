"""How the parts of a bill come together, whatever they are."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.bill import NO_DISCOUNT, Bill, Discount, Paid, make_bill

AMOUNTS = st.integers(0, 10**9)
DISCOUNTS = st.one_of(
    st.just(NO_DISCOUNT),
    st.builds(Discount, percent=st.integers(1, 100)),
    st.builds(Discount, amount=st.integers(1, 10**9)),
)


@given(AMOUNTS, AMOUNTS, AMOUNTS, DISCOUNTS, st.fractions(0, 100, max_denominator=1000))
def test_the_parts_sum_to_a_total_that_is_never_negative(
    charge: int, credit: int, balance: int, discount: Discount, percent: Fraction
) -> None:
    bill = make_bill(charge=charge, credit=credit, balance=balance, discount=discount, tax_percent=percent)
    parts = (bill.charge, bill.credit, bill.coupon_back, bill.coupon, bill.tax, bill.credit_used, bill.credit_kept)
    assert sum(parts) == bill.total >= 0
    assert 0 <= -bill.credit_used <= balance
    assert bill.credit_kept >= 0
    assert not (bill.credit_used and bill.credit_kept)
    assert -bill.coupon <= max(charge - credit, 0)


@given(AMOUNTS, DISCOUNTS, st.fractions(0, 100, max_denominator=1000))
def test_what_was_bought_and_returned_at_once_gives_back_what_it_cost(
    charge: int, discount: Discount, percent: Fraction
) -> None:
    bought = make_bill(charge=charge, discount=discount, tax_percent=percent)
    returned = make_bill(credit=charge, paid=Paid(charge, -bought.coupon), tax_percent=percent)
    assert returned.total == 0
    assert returned.credit_kept == bought.total


@given(AMOUNTS, st.integers(1, 100), st.integers(0, 100))
def test_a_coupon_makes_no_money(charge: int, percent: int, share: int) -> None:
    """Whatever part of a discounted purchase is returned, no more comes back than that part of what was paid."""
    bought = make_bill(charge=charge, discount=Discount(percent=percent))
    part = charge * share // 100
    returned = make_bill(credit=part, paid=Paid(charge, -bought.coupon))
    assert returned.credit_kept <= bought.total
    assert abs(returned.credit_kept - Fraction(bought.total * part, charge or 1)) <= 1


def test_what_was_never_charged_is_not_returned() -> None:
    assert make_bill(credit=1900, paid=Paid()).credit_kept == 0
    assert make_bill(credit=1900, paid=Paid(charged=500)).credit == -500


def test_the_coupon_comes_before_the_tax_and_the_credit_after_it() -> None:
    bill = make_bill(
        charge=10_000, credit=2_000, discount=Discount(percent=25), tax_percent=Fraction("8.875"), balance=1_000
    )
    assert bill == Bill(10_000, -2_000, 0, -2_000, 533, -1_000, 0)  # 8.875 % of 60.00 is 5.325
    assert bill.net == 6_000
    assert bill.total == 5_533


def test_an_amount_takes_off_no_more_than_there_is() -> None:
    assert make_bill(charge=300, discount=Discount(amount=500)).total == 0


def test_a_net_credit_returns_its_tax() -> None:
    assert make_bill(credit=1000, tax_percent=Fraction(20)).credit_kept == 1200


def test_negative_parts_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="opposites"):
        make_bill(charge=-1)
