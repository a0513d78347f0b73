"""Writing an order with its lines, and noting that it was paid or made void."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from licensing.bill import Bill
from licensing.lifecycle import settle_grace
from licensing.lines import Line
from licensing.models import INTEGRATION_HUB, Coupon, Order, OrderLine
from licensing.proration import Term
from licensing.standing import Standing, locked_standing

#: A purchase is due so long after it; a renewal on the day it is for, or is issued on if that is later.
DAYS_TO_PAY = timedelta(days=14)

_NEXT_NUMBER = """
INSERT INTO licensing_invoicecounter (id, last) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET last = licensing_invoicecounter.last + 1 RETURNING last
"""
_WITH_ADD_ON = {OrderLine.Kind.CHARGE, OrderLine.Kind.CREDIT}


def write_order(
    *,
    standing: Standing,
    kind: Order.Kind,
    term: Term,
    lines: Sequence[Line],
    bill: Bill,
    by: User | None,
    on: date,
    token: uuid.UUID | None = None,
    coupon: Coupon | None = None,
) -> Order:
    """Add the order, and move the account's credit by what it used and kept. The standing is locked by the caller.

    The number is taken last in the transaction: whoever else writes an order waits for it, so that numbers have no gaps.
    """
    account = standing.account
    account.credit += bill.credit_used + bill.credit_kept
    account.save(update_fields=["credit"])
    now = timezone.now()
    order = Order.objects.create(
        organization=standing.organization,
        number=_next_number(),
        kind=kind,
        token=token or uuid.uuid4(),
        term_starts_on=term.starts_on,
        term_ends_on=term.ends_on,
        issued_on=on,
        due_on=max(term.starts_on, on) if kind == Order.Kind.RENEWAL else on + DAYS_TO_PAY,
        currency=account.currency,
        total=bill.total,
        tax=bill.tax,
        tax_name=account.tax_name,
        tax_percent=account.tax_percent,
        bill_to=_bill_to(standing),
        coupon=coupon,
        ordered_by=by,
        paid_at=None if bill.total else now,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            kind=line.kind,
            add_on_id=INTEGRATION_HUB if line.kind in _WITH_ADD_ON and line.amount else None,
            description=line.description[:200],
            quantity=line.quantity,
            unit_amount=line.unit_amount,
            amount=line.amount,
        )
        for position, line in enumerate(lines, start=1)
    )
    if standing.subscription.first_order_id is None:
        standing.subscription.first_order = order
        standing.subscription.save(update_fields=["first_order"])
    record(
        action="order.created",
        by=by,
        organization=standing.organization,
        target=order,
        changes={"kind": kind.value, "total": order.total, "currency": order.currency},
    )
    return order


@transaction.atomic
def mark_paid(*, order: Order, reference: str, by: User | None) -> Order:
    """Note that the invoice was paid. A subscription that rested or was in grace only for it comes back at once.

    Noting it again changes nothing; a void order stays void.
    """
    standing = locked_standing(order.organization)
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.state != "open":
        return locked
    locked.paid_at, locked.payment_reference = timezone.now(), reference[:120]
    locked.save(update_fields=["paid_at", "payment_reference"])
    _recorded("order.paid", locked, standing, by, {"reference": reference[:120]})
    return locked


@transaction.atomic
def void(*, order: Order, reason: str, by: User | None) -> Order:
    """Take the invoice back: nothing is owed for it any more. What it bought is left as it is.

    Credit that it had used is there again, and so is its coupon.
    """
    standing = locked_standing(order.organization)
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.state != "open":
        return locked
    locked.void_at = timezone.now()
    locked.save(update_fields=["void_at"])
    used = locked.lines.filter(kind=OrderLine.Kind.CREDIT_USED).aggregate(sum=Sum("amount"))["sum"] or 0
    standing.account.credit -= used
    standing.account.save(update_fields=["credit"])
    if locked.coupon_id is not None:
        Coupon.objects.filter(pk=locked.coupon_id, uses__gt=0).update(uses=F("uses") - 1)
    _recorded("order.voided", locked, standing, by, {"reason": reason[:200], "credit_back": -used})
    return locked


def _recorded(action: str, order: Order, standing: Standing, by: User | None, changes: dict[str, object]) -> None:
    record(action=action, by=by, organization=standing.organization, target=order, changes=changes)
    settle_grace(standing, by=by, on=timezone.localdate())


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBER)
        (number,) = cursor.fetchone()
    return int(number)


def _bill_to(standing: Standing) -> str:
    account = standing.account
    return "\n".join(
        filter(None, (account.legal_name or standing.organization.name, account.address, account.tax_number))
    )
