"""What a change of plan, period or quantity costs on a day: the lines of the billing pane, and of the order if it is confirmed."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from licensing.bill import NO_DISCOUNT, Bill, Discount, Paid, make_bill
from licensing.lines import Line, closing_lines, seats_in_words, span_in_words
from licensing.models import (
    INTEGRATION_HUB,
    BillingPeriod,
    Coupon,
    Order,
    OrderLine,
    PlanLevel,
    Price,
)
from licensing.proration import Term, months_later, share
from licensing.standing import HUB_LEVELS, Standing


class NotOnSale(Exception):
    """There is no price for this plan level, period and currency."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What someone asks for. `quantity` is the number of licenses; on Pro None is subscribed and 0 is not."""

    level: PlanLevel
    billing_period: BillingPeriod
    quantity: int | None
    coupon_code: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The change, what it costs now and what the next invoice will be."""

    wish: Wish
    currency: str
    term: Term
    lines: tuple[Line, ...]
    bill: Bill
    term_amount: int
    price: Price | None
    coupon: Coupon | None
    coupon_refused: bool
    next_total: int
    changes: bool

    @property
    def total(self) -> int:
        return self.bill.total

    @property
    def fingerprint(self) -> str:
        """Equal for two quotes that ask the same money for the same change."""
        told: Any = (self.wish, self.currency, self.term, self.lines, self.term_amount)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def quote(standing: Standing, wish: Wish, *, on: date) -> Quote:
    """Price the wish against where the organization stands. Raises NotOnSale."""
    price = price_of(wish.level, wish.billing_period, standing.account.currency, on) if wanted(wish) else None
    term = _term(standing, wish, on)
    term_amount = _term_amount(standing, wish, price, term)
    coupon, refused = _coupon(standing, wish, on)
    before = standing.license.term_amount if standing.license else 0
    kept = standing.term == term and standing.plan == wish.level
    charge, credit = _moved(standing.term.remaining(before, on), term.remaining(term_amount, on), kept)
    bill = make_bill(
        charge=charge,
        credit=credit,
        paid=paid_in_term(standing),
        discount=_discount(coupon),
        tax_percent=standing.tax_percent,
        balance=standing.account.credit,
    )
    return Quote(
        wish=wish,
        currency=standing.account.currency,
        term=term,
        lines=_lines(standing, wish, price, term, bill, on),
        bill=bill,
        term_amount=term_amount,
        price=price,
        coupon=coupon if bill.coupon else None,
        coupon_refused=refused,
        next_total=_next_total(standing, wish, price, term, bill),
        changes=_changes(standing, wish),
    )


def wanted(wish: Wish) -> bool:
    """Whether the wish has the hub in it."""
    return wish.level in HUB_LEVELS and wish.quantity != 0


def price_of(level: PlanLevel, period: BillingPeriod, currency: str, on: date) -> Price:
    found = (
        Price.objects.in_force(on)
        .filter(offer__level=level, offer__add_on=INTEGRATION_HUB, currency=currency, billing_period=period)
        .select_related("offer__add_on")
        .first()
    )
    if found is None:
        raise NotOnSale(_("There is no price for this in your currency. Write to support."))
    return found


def billable(quantity: int | None, comp_quantity: int) -> int:
    """How many times the price is charged: without what is given; a subscription for any number of stores counts once."""
    return max((1 if quantity is None else quantity) - comp_quantity, 0)


def given(standing: Standing, wish: Wish) -> int:
    """How many of the wished licenses are free of charge: what was given of counted licenses is no gift of all stores, nor the other way."""
    license = standing.license
    kept = license is not None and (license.quantity is None) == (wish.quantity is None)
    return license.comp_quantity if license and kept else 0


def renewal_amount(price: Price, quantity: int | None, comp_quantity: int) -> int:
    """A whole term at that price."""
    return billable(quantity, comp_quantity) * price.monthly_amount * price.months


def paid_in_term(standing: Standing) -> Paid:
    """What the orders of the current term have charged and discounted, void ones left out.

    They are those since the one that began it, whatever days they name: a term that was paid after a lapse begins anew on another day.
    What the first of them returned was of the term before it, so it lessens nothing here.
    """
    first = standing.subscription.first_order_id
    if first is None:
        return Paid()
    lines = OrderLine.objects.filter(
        order__organization=standing.organization,
        order__number__gte=Order.objects.filter(pk=first).values("number"),
        order__void_at__isnull=True,
    )
    kinds = OrderLine.Kind
    charged = discounted = 0
    for line in lines.order_by("order__number", "position"):
        of_before = line.order_id == first
        if line.kind == kinds.CHARGE or (line.kind == kinds.CREDIT and not of_before):
            charged += line.amount
        elif line.kind == kinds.COUPON or (line.kind == kinds.COUPON_BACK and not of_before):
            discounted -= line.amount
    return Paid(charged, discounted)


def _moved(before: int, after: int, kept: bool) -> tuple[int, int]:
    """Charge and credit: the difference alone within one plan and term; else all of the old is returned and all of the new charged."""
    if kept:
        return max(after - before, 0), max(before - after, 0)
    return after, before


def _term(standing: Standing, wish: Wish, on: date) -> Term:
    """The current one, but a new one where nothing was billed before, the period changes, or the old one is over."""
    subscription = standing.subscription
    fresh = (
        (standing.plan == PlanLevel.STARTER and wish.level != PlanLevel.STARTER)
        or subscription.billing_period != wish.billing_period
        or not subscription.term_starts_on <= on < subscription.renews_on
    )
    return Term(on, months_later(on, wish.billing_period.months)) if fresh else standing.term


def _term_amount(standing: Standing, wish: Wish, price: Price | None, term: Term) -> int:
    """What the whole term costs afterwards. Seats held already keep what they were bought for; new ones cost today's price."""
    if price is None:
        return 0
    license = standing.license
    count = billable(wish.quantity, given(standing, wish))
    if license is None or standing.term != term or standing.plan != wish.level or standing.unbilled:
        return count * price.monthly_amount * price.months
    held = billable(license.quantity, license.comp_quantity)
    if count >= held:
        return license.term_amount + (count - held) * price.monthly_amount * price.months
    return share(license.term_amount, count, held)


def _coupon(standing: Standing, wish: Wish, on: date) -> tuple[Coupon | None, bool]:
    """The coupon of the code, and whether a code was given that does not serve."""
    if not wish.coupon_code:
        return None, False
    coupon = Coupon.objects.usable(wish.coupon_code, on=on).first()
    fits = (
        coupon is not None
        and (not coupon.amount or coupon.currency == standing.account.currency)
        and not Order.objects.filter(organization=standing.organization, coupon=coupon, void_at__isnull=True).exists()
    )
    return (coupon, False) if fits else (None, True)


def _discount(coupon: Coupon | None) -> Discount:
    if coupon is None:
        return NO_DISCOUNT
    return Discount(percent=coupon.percent or 0, amount=coupon.amount or 0)


def _changes(standing: Standing, wish: Wish) -> bool:
    quantity = standing.license.quantity if standing.license else 0
    return (
        standing.plan != wish.level
        or standing.subscription.billing_period != wish.billing_period
        or (wish.level in HUB_LEVELS and quantity != wish.quantity)
        or (standing.unbilled and wanted(wish))
    )


def _next_total(standing: Standing, wish: Wish, price: Price | None, term: Term, bill: Bill) -> int:
    """The invoice on the renewal date, at the price that is known to hold then."""
    if price is None:
        return 0
    then = price_of(wish.level, wish.billing_period, standing.account.currency, term.ends_on)
    return make_bill(
        charge=renewal_amount(then, wish.quantity, given(standing, wish)),
        tax_percent=standing.tax_percent,
        balance=standing.account.credit + bill.credit_used + bill.credit_kept,
    ).total


def _lines(standing: Standing, wish: Wish, price: Price | None, term: Term, bill: Bill, on: date) -> tuple[Line, ...]:
    kinds = OrderLine.Kind
    lines = []
    if standing.plan != wish.level:
        levels = {"before": standing.plan.label, "after": wish.level.label}
        lines.append(Line(kinds.CHARGE, _("Plan: from %(before)s to %(after)s") % levels, 0))
    if bill.credit:
        quantity = _less(standing, wish)
        lines.append(Line(kinds.CREDIT, _returned(standing, quantity, on), bill.credit, quantity))
    if bill.charge:
        lines.append(_charge_line(standing, wish, price, term, bill.charge, on))
    if bill.coupon_back:
        lines.append(Line(kinds.COUPON_BACK, _("Coupon on what is returned"), bill.coupon_back))
    if bill.coupon:
        lines.append(Line(kinds.COUPON, _("Coupon %(code)s") % {"code": wish.coupon_code.upper()}, bill.coupon))
    return tuple(lines) + closing_lines(standing, bill)


def _charge_line(standing: Standing, wish: Wish, price: Price | None, term: Term, amount: int, on: date) -> Line:
    count = billable(wish.quantity, given(standing, wish))
    if standing.plan == wish.level and standing.term == term and standing.license and not standing.unbilled:
        count -= billable(standing.license.quantity, standing.license.comp_quantity)
    words = seats_in_words(None if wish.quantity is None else count)
    return Line(
        OrderLine.Kind.CHARGE,
        f"{words}, {span_in_words(term, on)}",
        amount,
        count,
        price.monthly_amount if price else None,
    )


def _less(standing: Standing, wish: Wish) -> int | None:
    """How many stores' licenses are returned; None where it was one subscription for any number."""
    license = standing.license
    if license is None or license.quantity is None:
        return None
    held = billable(license.quantity, license.comp_quantity)
    if standing.plan == wish.level and standing.subscription.billing_period == wish.billing_period:
        return held - billable(wish.quantity, license.comp_quantity)
    return held


def _returned(standing: Standing, quantity: int | None, on: date) -> str:
    words = {"what": seats_in_words(quantity), "when": span_in_words(standing.term, on)}
    return _("Returned: %(what)s, %(when)s") % words
