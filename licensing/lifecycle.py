"""Grace, lapse and return of a subscription; suspension, trial and gifts of a license: each one transaction and one audit row."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization
from licensing.models import INTEGRATION_HUB, BillingAccount, License, Notice, Order, PlanLevel, SuspendedFor
from licensing.notices import notify
from licensing.proration import months_later
from licensing.standing import Standing, locked_standing, tell_stores

#: An overdue invoice leaves so long until the subscription lapses.
GRACE = timedelta(days=14)


class NothingToDo(Exception):
    """The thing is already so; the message says what."""


def settle_grace(standing: Standing, *, by: User | None, on: date) -> None:
    """Bring grace and lapse in line with what is overdue now. The standing is locked by the caller.

    Something overdue begins a grace, once; nothing overdue ends it, and ends a lapse too.
    """
    subscription = standing.subscription
    overdue = Order.objects.filter(organization=standing.organization, due_on__lte=on).owed().order_by("due_on", "id")
    first = overdue.first()
    if first is None:
        if subscription.lapsed_at is not None:
            _renew(standing, by=by, on=on)
        elif subscription.grace_ends_on is not None:
            _set_grace(standing, None)
            record(
                action="subscription.grace_ended",
                by=by,
                organization=standing.organization,
                target=subscription,
            )
    elif subscription.lapsed_at is None and subscription.grace_ends_on is None:
        ends = max(first.due_on + GRACE, on + timedelta(days=1))
        _set_grace(standing, ends)
        record(
            action="subscription.grace_started",
            by=by,
            organization=standing.organization,
            target=subscription,
            changes={"order": first.invoice_number, "grace_ends_on": [None, ends.isoformat()]},
        )
        notify(standing.organization, Notice.Kind.GRACE, about=ends.isoformat())


@transaction.atomic
def lapse(*, organization: Organization, reason: str, by: User | None) -> None:
    """End the subscription unpaid: the hub of every store rests, and keeps all its configuration. Raises NothingToDo."""
    standing = locked_standing(organization)
    if standing.subscription.lapsed_at is not None:
        raise NothingToDo(_("It has lapsed already."))
    was_live = standing.live
    standing.subscription.lapsed_at = timezone.now()
    standing.subscription.grace_ends_on = None
    standing.subscription.save(update_fields=["lapsed_at", "grace_ends_on"])
    record(
        action="subscription.lapsed",
        by=by,
        organization=organization,
        target=standing.subscription,
        changes={"reason": reason[:200]},
    )
    notify(organization, Notice.Kind.LAPSED, about=timezone.localdate().isoformat())
    tell_stores(standing, was_live=was_live, by=by)


@transaction.atomic
def renew(*, organization: Organization, by: User | None) -> None:
    """Bring a lapsed subscription back, and with it the hub of every store that has a seat. Raises NothingToDo.

    Where something is still owed a new grace begins, so that it does not lapse again the next hour.
    """
    standing = locked_standing(organization)
    if standing.subscription.lapsed_at is None:
        raise NothingToDo(_("It has not lapsed."))
    today = timezone.localdate()
    _renew(standing, by=by, on=today)
    if Order.objects.filter(organization=organization, due_on__lte=today).owed().exists():
        _set_grace(standing, today + GRACE)


def _renew(standing: Standing, *, by: User | None, on: date) -> None:
    """A term that ran out meanwhile starts anew today: what was paid late is for days that can be used."""
    subscription, was_live = standing.subscription, standing.live
    lapsed = subscription.lapsed_at
    subscription.lapsed_at = subscription.grace_ends_on = None
    if subscription.renews_on <= on:
        subscription.term_starts_on = on
        subscription.renews_on = months_later(on, subscription.months)
        subscription.anchor_day, subscription.unpriced_since = on.day, None
    subscription.save()
    record(
        action="subscription.renewed",
        by=by,
        organization=standing.organization,
        target=subscription,
        changes={"lapsed_at": [str(lapsed), None], "renews_on": subscription.renews_on.isoformat()},
    )
    tell_stores(standing, was_live=was_live, by=by)


def _set_grace(standing: Standing, ends: date | None) -> None:
    standing.subscription.grace_ends_on = ends
    standing.subscription.save(update_fields=["grace_ends_on"])


@transaction.atomic
def suspend_license(*, license: License, reason: str, by: User | None, why: str = SuspendedFor.SUPPORT) -> None:
    """Let the hub of every store of this license rest, whatever is paid. Raises NothingToDo."""
    standing = locked_standing(license.organization)
    held = _held(standing)
    if held.suspended_at is not None:
        raise NothingToDo(_("It is suspended already."))
    was_live = standing.live
    held.suspended_at, held.suspended_for = timezone.now(), why
    if why == SuspendedFor.TRIAL_OVER:
        held.trial_ends_on = None
    held.save(update_fields=["suspended_at", "suspended_for", "trial_ends_on"])
    _record_license("license.suspended", standing, by, {"for": why, "reason": reason[:200]})
    tell_stores(standing, was_live=was_live, by=by)


@transaction.atomic
def resume_license(*, license: License, by: User | None) -> None:
    """Undo support's suspension. Raises NothingToDo; also for a trial that is over, since what nobody bought would then be billed."""
    standing = locked_standing(license.organization)
    held = _held(standing)
    if held.suspended_at is None:
        raise NothingToDo(_("It is not suspended."))
    if held.suspended_for == SuspendedFor.TRIAL_OVER.value:
        raise NothingToDo(_("Its trial is over: start another one, or let them buy it."))
    was_live = standing.live
    held.suspended_at, held.suspended_for = None, ""
    held.save(update_fields=["suspended_at", "suspended_for"])
    _record_license("license.resumed", standing, by, {})
    tell_stores(standing, was_live=was_live, by=by)


@transaction.atomic
def start_trial(
    *, organization: Organization, level: PlanLevel, quantity: int | None, days: int, by: User | None
) -> License:
    """Give the hub for so many days, free of charge: then it rests until it is bought. Raises NothingToDo where it is bought or lapsed."""
    standing = locked_standing(organization)
    if standing.subscription.lapsed_at is not None:
        raise NothingToDo(_("The subscription has lapsed: bring it back first."))
    if standing.has_hub() and not standing.on_trial and standing.license and not standing.license.suspended_at:
        raise NothingToDo(_("The Integration Hub is bought already."))
    was_live, before = standing.live, standing.plan
    standing.subscription.level = level
    standing.subscription.save(update_fields=["level"])
    held = standing.license or License(organization=organization, add_on_id=INTEGRATION_HUB)
    assigned = held.assigned
    held.quantity = None if quantity is None else max(quantity, assigned)
    held.trial_ends_on = timezone.localdate() + timedelta(days=days)
    held.suspended_at, held.suspended_for, held.term_amount = None, "", 0
    held.save()
    standing.license = held
    _record_license(
        "license.trial_started",
        standing,
        by,
        {"quantity": held.quantity, "trial_ends_on": held.trial_ends_on.isoformat(), "level": [before, level]},
    )
    tell_stores(standing, was_live=was_live, by=by)
    return held


@transaction.atomic
def end_trial(*, license: License, on: date) -> bool:
    """Let the hub rest once its trial is over; whether it did. Run again, it does nothing."""
    standing = locked_standing(license.organization)
    held = standing.license
    if held is None or held.suspended_at is not None or held.trial_ends_on is None or held.trial_ends_on > on:
        return False
    about = held.trial_ends_on.isoformat()
    suspend_license(license=held, reason="", by=None, why=SuspendedFor.TRIAL_OVER)
    notify(license.organization, Notice.Kind.TRIAL_OVER, about=about)
    return True


@transaction.atomic
def give(*, license: License, comp_quantity: int, by: User | None) -> License:
    """Make so many of the licenses free of charge from the next bill on; those of a counted license come on top of what is bought.

    Raises NothingToDo, or ValueError where the gift taken back is assigned to stores.
    """
    standing = locked_standing(license.organization)
    held = _held(standing)
    before = held.comp_quantity
    if before == comp_quantity:
        raise NothingToDo(_("It is so already."))
    if held.quantity is not None:
        held.quantity += comp_quantity - before
        if held.quantity < held.assigned:
            raise ValueError(_("Stores use what would be taken back. Free them first."))
    held.comp_quantity = comp_quantity
    held.save(update_fields=["quantity", "comp_quantity"])
    _record_license(
        "license.given", standing, by, {"comp_quantity": [before, comp_quantity], "quantity": held.quantity}
    )
    return held


@transaction.atomic
def grant_credit(*, account: BillingAccount, amount: int, reason: str, by: User | None) -> BillingAccount:
    """Add to the credit that the next invoices are reduced by, in minor units."""
    locked = BillingAccount.objects.select_for_update().get(pk=account.pk)
    before = locked.credit
    locked.credit += amount
    locked.save(update_fields=["credit"])
    record(
        action="billing.credit_granted",
        by=by,
        organization=locked.organization,
        target=locked,
        changes={"credit": [before, locked.credit], "reason": reason[:200]},
    )
    return locked


def _held(standing: Standing) -> License:
    if standing.license is None:
        raise NothingToDo(_("There is no license."))
    return standing.license


def _record_license(action: str, standing: Standing, by: User | None, changes: dict[str, object]) -> None:
    record(action=action, by=by, organization=standing.organization, target=_held(standing), changes=changes)
