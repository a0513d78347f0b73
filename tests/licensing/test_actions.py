"""Subscribing and buying: what is written, and what is refused."""

from datetime import date

import pytest

from backoffice.tenancy.models import AuditEntry
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
