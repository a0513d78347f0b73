"""Changes to subscriptions and licenses: each one transaction, who did it, and its audit rows."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import ngettext

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization, Store
from licensing.models import INTEGRATION_HUB, AddOn, License, PlanLevel, Subscription


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
