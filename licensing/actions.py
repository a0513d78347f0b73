"""Changes to subscriptions, licenses and assignments: each one transaction, who did it, and its audit rows."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import ngettext

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization, Store
from licensing import subscribers
from licensing.models import INTEGRATION_HUB, AddOn, Assignment, License, PlanLevel, Subscription


class NotEnoughLicenses(Exception):
    """More stores were chosen than licenses were bought; the message says how many there are."""


class StoresStillAssigned(Exception):
    """The quantity would fall below what is assigned; `stores` are those to free first."""

    def __init__(self, message: str, stores: Sequence[Store]) -> None:
        super().__init__(message)
        self.stores = stores


@transaction.atomic
def subscribe(
    *,
    organization: Organization,
    level: PlanLevel,
    renews_on: date,
    by: User | None,
    billing_period: str = Subscription.BillingPeriod.MONTHLY,
) -> Subscription:
    """Put the organization on a plan level."""
    subscription, created = Subscription.objects.select_for_update().get_or_create(
        organization=organization,
        defaults={"level": level, "renews_on": renews_on, "billing_period": billing_period},
    )
    before = None if created else subscription.level
    if not created:
        subscription.level, subscription.renews_on, subscription.billing_period = level, renews_on, billing_period
        subscription.save(update_fields=["level", "renews_on", "billing_period"])
    record(
        action="subscription.changed",
        by=by,
        organization=organization,
        target=subscription,
        changes={"level": [before, level]},
    )
    return subscription


@transaction.atomic
def set_quantity(
    *, organization: Organization, quantity: int | None, by: User | None, add_on_code: str = INTEGRATION_HUB
) -> License:
    """Set the number of licenses of an add-on, its Max Stores; None is any number (Pro).

    Raises StoresStillAssigned where fewer are asked for than are assigned.
    """
    add_on = AddOn.objects.get(pk=add_on_code)
    license, created = License.objects.get_or_create(
        organization=organization, add_on=add_on, defaults={"quantity": quantity}
    )
    license = License.objects.select_for_update().get(pk=license.pk)
    before = None if created else license.quantity
    if quantity is not None and quantity < license.assigned:
        stores = [
            assignment.store for assignment in license.assignments.select_related("store").order_by("store__name")[:100]
        ]
        raise StoresStillAssigned(
            ngettext(
                "%(count)d store still uses this add-on. Free stores on the License page first.",
                "%(count)d stores still use this add-on. Free stores on the License page first.",
                license.assigned,
            )
            % {"count": license.assigned},
            stores,
        )
    license.quantity = quantity
    license.save(update_fields=["quantity"])
    record(
        action="license.quantity_set",
        by=by,
        organization=organization,
        target=license,
        changes={"quantity": [before, quantity]},
    )
    return license


@transaction.atomic
def assign(*, license: License, stores: Sequence[Store], by: User | None) -> list[Assignment]:
    """Give each of the stores a seat, all or none. Stores that have one already are left as they are.

    Raises NotEnoughLicenses where the seats do not suffice: the database counts them, whatever else runs at the same time.
    """
    locked = License.objects.select_for_update().get(pk=license.pk)
    held = set(locked.assignments.filter(store__in=stores).values_list("store_id", flat=True))
    wanted = [store for store in stores if store.pk not in held]
    try:
        with transaction.atomic():
            made = Assignment.objects.bulk_create(
                [Assignment(license=locked, store=store, assigned_by=by) for store in wanted]
            )
    except IntegrityError as error:
        if "licensing_license_seats" not in str(error):
            raise
        raise NotEnoughLicenses(
            ngettext(
                "You have %(count)d license. Buy more, or free another store first.",
                "You have %(count)d licenses. Buy more, or free another store first.",
                locked.quantity or 0,
            )
            % {"count": locked.quantity or 0}
        ) from error
    for assignment, store in zip(made, wanted, strict=True):
        record(action="license.assigned", by=by, store=store, target=assignment, changes={"add_on": locked.add_on_id})
        if locked.add_on_id == INTEGRATION_HUB:
            subscribers.hub_licensed(store, by)
    return made


@transaction.atomic
def unassign(*, license: License, stores: Sequence[Store], by: User | None) -> int:
    """Take the seat from each of the stores; returns how many had one. Their configuration stays."""
    locked = License.objects.select_for_update().get(pk=license.pk)
    assignments = list(locked.assignments.filter(store__in=stores).select_related("store"))
    for assignment in assignments:
        record(
            action="license.unassigned",
            by=by,
            store=assignment.store,
            target=assignment,
            changes={"add_on": locked.add_on_id},
        )
        if locked.add_on_id == INTEGRATION_HUB:
            subscribers.hub_unlicensed(assignment.store, by)
    Assignment.objects.filter(pk__in=[assignment.pk for assignment in assignments]).delete()
    return len(assignments)


@transaction.atomic
def save_assignments(*, license: License, on: Sequence[Store], off: Sequence[Store], by: User | None) -> None:
    """Make the stores `on` have a seat and the stores `off` have none, all or nothing; other stores are left as they are.

    Raises NotEnoughLicenses, and then nothing has changed. The license is locked, so one of two people saving at once waits.
    """
    unassign(license=license, stores=off, by=by)
    assign(license=license, stores=on, by=by)
