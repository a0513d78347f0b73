"""Subscribing and buying: what is written, and what is refused."""

from datetime import date

import pytest

from backoffice.tenancy.models import AuditEntry, Organization
from licensing.actions import StoresStillAssigned, set_quantity, subscribe
from licensing.assignments import assign
from licensing.models import PlanLevel, Subscription
from tests.factories.accounts import UserFactory
from tests.factories.licensing import LicenseFactory
from tests.factories.tenancy import OrganizationFactory, StoreFactory

pytestmark = pytest.mark.django_db


def test_subscribing_is_recorded_with_the_levels_before_and_after() -> None:
    organization, user = OrganizationFactory.create(), UserFactory.create()
    subscribe(organization=organization, level=PlanLevel.PRO, renews_on=date(2027, 1, 1), by=user)
    subscribe(organization=organization, level=PlanLevel.ENTERPRISE, renews_on=date(2027, 1, 1), by=user)
    assert Subscription.objects.get().level == PlanLevel.ENTERPRISE
    entries = AuditEntry.objects.order_by("id")
    assert [entry.changes for entry in entries] == [{"level": [None, "pro"]}, {"level": ["pro", "enterprise"]}]
    assert {(entry.actor, entry.organization) for entry in entries} == {(user, organization)}


def test_fewer_licenses_than_stores_is_refused_and_names_the_stores() -> None:
    license = LicenseFactory.create(quantity=3)
    stores = [StoreFactory.create(organization=license.organization) for _ in range(2)]
    assign(license=license, stores=stores, by=None)
    with pytest.raises(StoresStillAssigned, match="2 stores still use this add-on") as caught:
        set_quantity(organization=license.organization, quantity=1, by=None)
    assert set(caught.value.stores) == set(stores)
    license.refresh_from_db()
    assert license.quantity == 3


def test_fewer_by_support_leave_the_price_of_what_is_paid(organization: Organization) -> None:
    """Of five licenses three are given: one less is half of what the term costs, not a fifth."""
    from licensing.lifecycle import give
    from tests.licensing.buying import buy, license_of, wish

    buy(organization, wish(quantity=2))
    give(license=license_of(organization), comp_quantity=3, by=None)
    set_quantity(organization=organization, quantity=4, by=None)
    assert license_of(organization).term_amount == 1900
