"""How charges, credits, a coupon, tax and credit kept from before make up what is owed; pure, in the smallest unit."""

from dataclasses import dataclass
from fractions import Fraction

from licensing.proration import percent_of, rounded


@dataclass(frozen=True, slots=True)
class Discount:
    """What a coupon takes off: a percentage of the charges, or an amount and never more than they are."""

    percent: int = 0
    amount: int = 0

    def of(self, net: int) -> int:
        if net <= 0:
            return 0
        return percent_of(net, Fraction(self.percent)) if self.percent else min(self.amount, net)


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True)
class Paid:
    """What the current term has been charged so far, at list price and net of what was returned, and the discounts in it."""

    charged: int = 0
    discounted: int = 0

    def returnable(self, credit: int) -> int:
        """Of a credit at list price, what may be given: never more than was charged (a trial or a void order charged nothing)."""
        return min(credit, max(self.charged, 0))

    def discount_in(self, credit: int) -> int:
        """The part of a credit at list price that a coupon had paid: it is not given back in money."""
        if self.charged <= 0 or self.discounted <= 0:
            return 0
        return min(rounded(Fraction(credit * self.discounted, self.charged)), credit)


@dataclass(frozen=True, slots=True)
class Bill:
    """The parts of an amount owed, each signed as a line shows it; they sum to `total`, which is never negative."""

    charge: int
    credit: int
    coupon_back: int
    coupon: int
    tax: int
    credit_used: int
    credit_kept: int

    @property
    def total(self) -> int:
        return sum((self.net, self.tax, self.credit_used, self.credit_kept))

    @property
    def net(self) -> int:
        """Before tax."""
        return self.charge + self.credit + self.coupon_back + self.coupon


def make_bill(
    *,
    charge: int = 0,
    credit: int = 0,
    paid: Paid | None = None,
    discount: Discount = NO_DISCOUNT,
    tax_percent: Fraction = Fraction(0),
    balance: int = 0,
) -> Bill:
    """The bill for `charge` less `credit` (both at list price, both positive).

    The coupon counts on what is left of the charge after the credit; tax on what is left after the coupon, and a net credit returns its tax.
    What is then owed is first taken from `balance`, the credit kept from before; what is then to be given is kept.
    """
    if min(charge, credit, balance) < 0:
        raise ValueError("A bill is made from amounts, not from their opposites.")
    before = paid or Paid(charged=credit)
    given = before.returnable(credit)
    back = before.discount_in(given)
    net = charge - given + back
    coupon = discount.of(net)
    tax = percent_of(net - coupon, tax_percent)
    gross = net - coupon + tax
    used = min(balance, gross) if gross > 0 else 0
    return Bill(
        charge=charge,
        credit=-given,
        coupon_back=back,
        coupon=-coupon,
        tax=tax,
        credit_used=-used,
        credit_kept=-gross if gross < 0 else 0,
    )
