"""Money over days: every division of a term sums to the whole, in any currency, and what is undone nets to nothing."""

import itertools
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.web.money import exponent
from licensing.proration import Term, months_later, percent_of, rounded, share

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
AMOUNTS = st.integers(0, 10**12)


@st.composite
def terms(draw: st.DrawFn) -> Term:
    first = draw(DAYS)
    return Term(first, first + timedelta(days=draw(st.integers(1, 1100))))


@given(terms(), AMOUNTS, st.lists(st.integers(0, 1100), max_size=8))
def test_any_division_of_a_term_sums_to_the_amount(term: Term, amount: int, cuts: list[int]) -> None:
    days = [
        term.starts_on,
        *(term.starts_on + timedelta(days=cut % (term.days + 1)) for cut in sorted(cuts)),
        term.ends_on,
    ]
    days.sort()
    left = [term.remaining(amount, day) for day in days]
    parts = [before - after for before, after in itertools.pairwise(left)]
    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)
    assert left[0] == amount
    assert left[-1] == 0


@given(terms(), AMOUNTS, st.integers(0, 1100))
def test_what_remains_is_the_exact_share_to_half_a_unit(term: Term, amount: int, day: int) -> None:
    on = term.starts_on + timedelta(days=day % (term.days + 1))
    exact = Fraction(amount * term.days_left(on), term.days)
    assert abs(term.remaining(amount, on) - exact) <= Fraction(1, 2)


@given(terms(), AMOUNTS, AMOUNTS, st.integers(0, 1100))
def test_up_and_down_again_on_one_day_nets_to_nothing(term: Term, low: int, high: int, day: int) -> None:
    on = term.starts_on + timedelta(days=day % (term.days + 1))
    up = term.remaining(high, on) - term.remaining(low, on)
    down = term.remaining(low, on) - term.remaining(high, on)
    assert up + down == 0


@given(
    terms(),
    st.sampled_from(["JPY", "USD", "KWD"]),
    st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 500)), min_size=1, max_size=6),
    st.integers(1, 10**5),
)
def test_any_ups_and_downs_cost_what_a_calculator_says(
    term: Term, currency: str, moves: list[tuple[int, int]], price: int
) -> None:
    """Each stretch of days at its own quantity: the sum of all that was billed is the exact sum, to half a unit a change."""
    moves = sorted((day % (term.days + 1), quantity) for day, quantity in moves)
    billed, held = 0, 0
    for day, quantity in moves:
        on = term.starts_on + timedelta(days=day)
        billed += term.remaining(quantity * price, on) - term.remaining(held * price, on)
        held = quantity
    unit = Decimal(1).scaleb(-exponent(currency))
    exact = Decimal(0)
    ends = [day for day, _ in moves[1:]] + [term.days]
    for (day, quantity), end in zip(moves, ends, strict=True):
        exact += price * unit * quantity * (end - day) / term.days
    assert abs(billed * unit - exact) <= unit * len(moves) + Decimal("1e-12")


def test_known_amounts() -> None:
    march = Term(date(2027, 3, 1), date(2027, 4, 1))
    assert march.remaining(1900, date(2027, 3, 1)) == 1900
    assert march.remaining(1900, date(2027, 3, 12)) == 1900 - 674  # 11 of 31 days: 674.19
    assert march.remaining(1900, date(2027, 4, 1)) == 0
    assert march.remaining(1900, date(2028, 1, 1)) == 0
    assert march.remaining(1900, date(2026, 1, 1)) == 1900


@given(st.fractions(-(10**9), 10**9))
def test_rounding_is_by_hand_halves_away_from_zero(amount: Fraction) -> None:
    by_decimal = (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal(1), ROUND_HALF_UP)
    if abs(amount - rounded(amount)) != Fraction(1, 2):
        assert rounded(amount) == by_decimal or abs(amount - rounded(amount)) < Fraction(1, 2)
    assert rounded(-amount) == -rounded(amount)


@pytest.mark.parametrize(("amount", "nearest"), [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("5/2", 3), ("49/100", 0)])
def test_halves(amount: str, nearest: int) -> None:
    assert rounded(Fraction(amount)) == nearest


def test_shares_and_percentages() -> None:
    assert share(1000, 1, 3) == 333
    assert percent_of(999, Fraction("8.875")) == 89


@given(DAYS, st.integers(1, 36))
def test_months_later_keeps_the_day_or_ends_the_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_the_last_of_january_comes_back_in_march() -> None:
    february = months_later(date(2027, 1, 31), 1, anchor_day=31)
    assert february == date(2027, 2, 28)
    assert months_later(february, 1, anchor_day=31) == date(2027, 3, 31)


def test_a_term_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot end on"):
        Term(date(2027, 1, 1), date(2027, 1, 1))
