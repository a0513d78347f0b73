"""Confirming a change of plan, billing period or quantity: it acts at once and makes one order, however often it is sent."""

import uuid
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization
from licensing.actions import StoresStillAssigned, still_assigned
from licensing.models import INTEGRATION_HUB, Coupon, License, Order, PlanLevel, SuspendedFor
from licensing.orders import write_order
from licensing.quotes import Quote, Wish, given, quote, wanted
from licensing.standing import Standing, locked_standing, tell_stores


class Refused(Exception):
    """The change cannot be made; the message says why and what to do."""


class PriceChanged(Exception):
    """What was shown is no longer what it costs; `quote` is what it costs now. Nothing has been changed."""

    def __init__(self, now: Quote) -> None:
        super().__init__("The price has changed.")
        self.quote = now


def purchase(
    *, organization: Organization, wish: Wish, token: uuid.UUID, fingerprint: str, by: User | None, on: date
) -> Order:
    """Do what the quote with this fingerprint said, and write its order. The same token again gives the order that it made.

    Raises Refused, StoresStillAssigned (the stores to free first), PriceChanged or NotOnSale, and then nothing has changed.
    """
    try:
        with transaction.atomic():
            return _purchase(organization, wish, token, fingerprint, by, on)
    except IntegrityError as error:
        if "licensing_license_seats" in str(error):
            held = License.objects.get(organization=organization, add_on_id=INTEGRATION_HUB)
            raise still_assigned(held) from error
        if "licensing_coupon_uses" in str(error):
            raise Refused(_("This coupon has just been used up. Take it out and try again.")) from error
        raise


def refuse_if_impossible(standing: Standing, wish: Wish) -> None:
    """Raise Refused or StoresStillAssigned where the wish can never be granted as things stand."""
    if standing.subscription.lapsed_at is not None:
        raise Refused(_("The subscription has ended unpaid. Pay the open invoices first; Billing History lists them."))
    license = standing.license
    if license is None or wish.level == PlanLevel.STARTER:
        return
    if license.suspended_for == SuspendedFor.SUPPORT.value:
        raise Refused(_("Support has suspended your Integration Hub, so nothing is sold for it now. Write to support."))
    if wish.quantity is None:
        return
    if wish.quantity < license.assigned:
        raise still_assigned(license)
    if wish.quantity < given(standing, wish):
        raise Refused(
            _("%(count)d of your licenses are free of charge; the quantity cannot be lower.")
            % {"count": license.comp_quantity}
        )


def _purchase(
    organization: Organization, wish: Wish, token: uuid.UUID, fingerprint: str, by: User | None, on: date
) -> Order:
    standing = locked_standing(organization)
    before = Order.objects.filter(organization=organization, token=token).first()
    if before is not None:
        return before
    refuse_if_impossible(standing, wish)
    now = quote(standing, wish, on=on)
    if not now.changes:
        raise Refused(_("That is what you have already. Change the level, the period or the quantity first."))
    if now.fingerprint != fingerprint:
        raise PriceChanged(now)
    if now.coupon is not None:
        Coupon.objects.filter(pk=now.coupon.pk).update(uses=F("uses") + 1)
    was_live = standing.live
    _set_subscription(standing, wish, now, by, on)
    _set_license(standing, wish, now, by)
    order = write_order(
        standing=standing,
        kind=Order.Kind.CHANGE,
        term=now.term,
        lines=now.lines,
        bill=now.bill,
        by=by,
        on=on,
        token=token,
        coupon=now.coupon,
    )
    tell_stores(standing, was_live=was_live, by=by)
    return order


def _set_subscription(standing: Standing, wish: Wish, now: Quote, by: User | None, on: date) -> None:
    subscription = standing.subscription
    after = {
        "level": wish.level.value,
        "billing_period": wish.billing_period.value,
        "term_starts_on": now.term.starts_on,
        "renews_on": now.term.ends_on,
    }
    changes = {
        name: [_plain(getattr(subscription, name)), _plain(value)]
        for name, value in after.items()
        if getattr(subscription, name) != value
    }
    if not changes:
        return
    if now.term != standing.term:
        subscription.anchor_day = on.day
        subscription.first_order = subscription.unpriced_since = None
    for name, value in after.items():
        setattr(subscription, name, value)
    subscription.save()
    record(
        action="subscription.changed",
        by=by,
        organization=standing.organization,
        target=subscription,
        changes=changes,
    )


def _set_license(standing: Standing, wish: Wish, now: Quote, by: User | None) -> None:
    """On Starter the license keeps its quantity and seats, and rests unpaid until the plan is up again."""
    held = standing.license
    if held is None:
        if not wanted(wish):
            return
        held = standing.license = License(organization=standing.organization, add_on_id=INTEGRATION_HUB, quantity=0)
        held.save()
    before, gift = held.quantity, held.comp_quantity
    if wish.level != PlanLevel.STARTER:
        held.comp_quantity = given(standing, wish)
        held.quantity = wish.quantity
    held.term_amount = now.term_amount
    if wanted(wish):
        held.trial_ends_on = None
        if held.suspended_for == SuspendedFor.TRIAL_OVER.value:
            held.suspended_at, held.suspended_for = None, ""
    held.save(
        update_fields=["quantity", "comp_quantity", "term_amount", "trial_ends_on", "suspended_at", "suspended_for"]
    )
    if held.comp_quantity != gift:
        record(
            action="license.given",
            by=by,
            organization=standing.organization,
            target=held,
            changes={"comp_quantity": [gift, held.comp_quantity], "quantity": held.quantity},
        )
    if held.quantity != before:
        record(
            action="license.quantity_set",
            by=by,
            organization=standing.organization,
            target=held,
            changes={"quantity": [before, held.quantity]},
        )


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


__all__ = ["PriceChanged", "Refused", "StoresStillAssigned", "purchase", "refuse_if_impossible"]
