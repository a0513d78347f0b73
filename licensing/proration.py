"""Arithmetic of money over days: integers of the smallest unit, exact fractions between, rounded half away from zero once at the end."""

import calendar
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


def rounded(amount: Fraction) -> int:
    """The nearest integer, halves away from zero, as invoices are rounded by hand; symmetric, so that a credit undoes its charge."""
    whole = (2 * abs(amount.numerator) + amount.denominator) // (2 * amount.denominator)
    return whole if amount >= 0 else -whole


def share(amount: int, part: int, whole: int) -> int:
    """`part` of `whole` of an amount."""
    return rounded(Fraction(amount * part, whole))


def percent_of(amount: int, percent: Fraction) -> int:
    return rounded(amount * percent / 100)


@dataclass(frozen=True, slots=True)
class Term:
    """The days that one bill covers: from `starts_on` up to, and without, `ends_on`."""

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if self.ends_on <= self.starts_on:
            raise ValueError(f"A term from {self.starts_on} cannot end on {self.ends_on}.")

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days

    def days_left(self, on: date) -> int:
        return self.days - min(max((on - self.starts_on).days, 0), self.days)

    def remaining(self, amount: int, on: date) -> int:
        """What is left on a day of an amount that covers the whole term.

        The used part is what is rounded, from the term's first day on: so the parts of any division of the term sum to the amount, to the
        smallest unit, and a change that is taken back the same day nets to nothing.
        """
        used = self.days - self.days_left(on)
        return amount - share(amount, used, self.days)


def months_later(day: date, months: int, *, anchor_day: int | None = None) -> date:
    """The same day so many months on, or the last of a month that is too short.

    `anchor_day` is the day of the month wished for, so that 31 January, 28 February is followed by 31 March.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor_day or day.day, last))
