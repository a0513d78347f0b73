"""What the clock does to subscriptions: renew, give grace, let lapse, end trials. Run again on the same day, each does nothing more."""

import logging
import uuid
from collections.abc import Callable
from datetime import date
from functools import partial

from django.db import transaction

from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization
from licensing.bill import make_bill
from licensing.lifecycle import NothingToDo, end_trial, lapse, settle_grace
from licensing.lines import Line, closing_lines, seats_in_words, span_in_words
from licensing.models import License, Notice, Order, OrderLine, Price, Subscription
from licensing.notices import notify, notify_support
from licensing.orders import write_order
from licensing.proration import Term, months_later
from licensing.quotes import NotOnSale, Wish, billable, price_of, renewal_amount, wanted
from licensing.standing import Standing, locked_standing

logger = logging.getLogger(__name__)


def keep_subscriptions(on: date) -> None:
    """Everything that is due by this day, one transaction an organization: one that fails holds up no other."""
    trials = (
        License.objects.filter(trial_ends_on__lte=on, suspended_at__isnull=True)
        .select_related("organization")
        .order_by("pk")
    )
    for license in trials:
        _apart(license.organization, partial(end_trial, license=license, on=on))
    standing = Subscription.objects.filter(lapsed_at__isnull=True).select_related("organization").order_by("pk")
    for subscription in standing.filter(renews_on__lte=on):
        _apart(subscription.organization, partial(renew_due, organization=subscription.organization, on=on))
    overdue = Order.objects.owed().filter(due_on__lte=on).values("organization")
    for subscription in standing.filter(grace_ends_on__isnull=True, organization__in=overdue):
        _apart(subscription.organization, partial(open_grace, organization=subscription.organization, on=on))
    for subscription in standing.filter(grace_ends_on__lte=on):
        _apart(subscription.organization, partial(lapse_due, organization=subscription.organization, on=on))


def renew_due(*, organization: Organization, on: date) -> list[Order]:
    """Renew for every term that is due by now, however many there are, and write the order of each that costs something."""
    orders: list[Order] = []
    while True:
        with transaction.atomic():
            standing = locked_standing(organization)
            subscription = standing.subscription
            if subscription.lapsed_at is not None or subscription.renews_on > on:
                return orders
            term = Term(
                subscription.renews_on,
                months_later(
                    subscription.renews_on,
                    subscription.months,
                    anchor_day=subscription.anchor_day or subscription.renews_on.day,
                ),
            )
            try:
                price = _price(standing, term, on)
            except NotOnSale:
                _wait_for_price(standing, term)
                return orders
            subscription.anchor_day = subscription.anchor_day or subscription.renews_on.day
            subscription.term_starts_on, subscription.renews_on = term.starts_on, term.ends_on
            subscription.first_order = subscription.unpriced_since = None
            subscription.save()
            orders += _bill_term(standing, term, price, on) if price else []


def _price(standing: Standing, term: Term, on: date) -> Price | None:
    """What the term is billed at: the price of its first day, or else of today. None where nothing is billed. Raises NotOnSale."""
    license = standing.license
    wish = Wish(
        standing.plan,
        Subscription.BillingPeriod(standing.subscription.billing_period),
        license.quantity if license else 0,
    )
    if not standing.renewal_is_billed or not wanted(wish):
        return None
    try:
        return price_of(wish.level, wish.billing_period, standing.account.currency, term.starts_on)
    except NotOnSale:
        return price_of(wish.level, wish.billing_period, standing.account.currency, on)


def _wait_for_price(standing: Standing, term: Term) -> None:
    """Nothing is sold that could be billed: everything goes on unbilled, and support is told once; each later round tries again."""
    subscription = standing.subscription
    if subscription.unpriced_since is not None:
        return
    subscription.unpriced_since = term.starts_on
    subscription.save(update_fields=["unpriced_since"])
    record(
        action="subscription.unpriced",
        by=None,
        organization=standing.organization,
        target=subscription,
        changes={
            "level": subscription.level,
            "billing_period": subscription.billing_period,
            "currency": standing.account.currency,
        },
    )
    notify_support(standing.organization, Notice.Kind.UNPRICED, about=term.starts_on.isoformat())


def _bill_term(standing: Standing, term: Term, price: Price, on: date) -> list[Order]:
    license = standing.license
    if license is None:
        return []
    license.term_amount = renewal_amount(price, license.quantity, license.comp_quantity)
    license.save(update_fields=["term_amount"])
    bill = make_bill(charge=license.term_amount, tax_percent=standing.tax_percent, balance=standing.account.credit)
    count = billable(license.quantity, license.comp_quantity)
    if not count:
        return []
    words = seats_in_words(None if license.quantity is None else count)
    charge = Line(
        OrderLine.Kind.CHARGE,
        f"{words}, {span_in_words(term, term.starts_on)}",
        bill.charge,
        count,
        price.monthly_amount,
    )
    order = write_order(
        standing=standing,
        kind=Order.Kind.RENEWAL,
        term=term,
        lines=(charge, *closing_lines(standing, bill)),
        bill=bill,
        by=None,
        on=max(on, term.starts_on),
        token=uuid.uuid4(),
    )
    notify(standing.organization, Notice.Kind.RENEWED, about=order.invoice_number)
    return [order]


@transaction.atomic
def open_grace(*, organization: Organization, on: date) -> None:
    """Begin the grace of an organization that has something overdue."""
    settle_grace(locked_standing(organization), by=None, on=on)


def lapse_due(*, organization: Organization, on: date) -> bool:
    """Let a subscription lapse whose grace is over and which still owes; whether it did."""
    with transaction.atomic():
        standing = locked_standing(organization)
        ends = standing.subscription.grace_ends_on
        if standing.subscription.lapsed_at is not None or ends is None or ends > on:
            return False
        lapse(organization=organization, reason="unpaid", by=None)
        return True


def _apart(organization: Organization, work: Callable[[], object]) -> None:
    try:
        work()
    except NothingToDo:
        return
    except Exception:
        logger.exception("the subscription of %s could not be kept", organization.slug)
