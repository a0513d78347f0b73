"""Support's changes to subscriptions and quantities, outside of purchases: each one transaction, who did it, and its audit rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization, Store
from licensing.models import INTEGRATION_HUB, AddOn, License, PlanLevel, Subscription
from licensing.proration import share
from licensing.quotes import billable
from licensing.standing import locked_standing, tell_stores

#: A refusal names so many stores; the License page lists them all.
NAMED = 100


class StoresStillAssigned(Exception):
    """The quantity would fall below what is assigned; `stores` are those to free first."""

    def __init__(self, message: str, stores: Sequence[Store]) -> None:
        super().__init__(message)
        self.stores = stores


def still_assigned(license: License) -> StoresStillAssigned:
    """The refusal, with the stores by name."""
    seats = license.assignments.select_related("store").order_by("store__name", "store_id")[:NAMED]
    return StoresStillAssigned(
        ngettext(
            "%(count)d store still uses this add-on. Free stores on the License page first.",
            "%(count)d stores still use this add-on. Free stores on the License page first.",
            license.assigned,
        )
        % {"count": license.assigned},
        [seat.store for seat in seats],
    )


@transaction.atomic
def subscribe(
    *,
    organization: Organization,
    level: PlanLevel,
    renews_on: date,
    by: User | None,
    billing_period: str = Subscription.BillingPeriod.MONTHLY,
) -> Subscription:
    """Put the organization on a plan level without an order. A lapse stays: `lifecycle.renew` ends it."""
    created = not Subscription.objects.filter(organization=organization).exists()
    standing = locked_standing(organization)
    subscription, was_live = standing.subscription, standing.live
    after: dict[str, Any] = {"level": level.value, "renews_on": renews_on, "billing_period": str(billing_period)}
    changes: dict[str, list[str | None]] = {
        name: [str(getattr(subscription, name)), str(value)]
        for name, value in after.items()
        if getattr(subscription, name) != value
    }
    if created:
        changes = {"level": [None, level.value]}
    for name, value in after.items():
        setattr(subscription, name, value)
    if renews_on > timezone.localdate():
        subscription.unpriced_since = None
    if created:
        subscription.term_starts_on = timezone.localdate()
    subscription.save()
    if changes:
        record(action="subscription.changed", by=by, organization=organization, target=subscription, changes=changes)
    tell_stores(standing, was_live=was_live, by=by)
    return subscription


@transaction.atomic
def set_quantity(
    *, organization: Organization, quantity: int | None, by: User | None, add_on_code: str = INTEGRATION_HUB
) -> License:
    """Set the number of licenses of an add-on, its Max Stores, without an order; None is any number (Pro).

    Raises StoresStillAssigned where fewer are asked for than are assigned.
    """
    add_on = AddOn.objects.get(pk=add_on_code)
    license, created = License.objects.get_or_create(
        organization=organization, add_on=add_on, defaults={"quantity": quantity}
    )
    license = License.objects.select_for_update().get(pk=license.pk)
    before = None if created else license.quantity
    if quantity is not None and quantity < license.assigned:
        raise still_assigned(license)
    paid = 0 if license.quantity is None else billable(license.quantity, license.comp_quantity)
    if quantity is not None and (left := billable(quantity, license.comp_quantity)) < paid:
        license.term_amount = share(license.term_amount, left, paid)
    license.quantity = quantity
    license.save(update_fields=["quantity", "term_amount"])
    record(
        action="license.quantity_set",
        by=by,
        organization=organization,
        target=license,
        changes={"quantity": [before, quantity]},
    )
    return license
