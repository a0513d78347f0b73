"""Who has the hub, asked each time."""

import pytest
from django.utils import timezone

from backoffice.tenancy.models import Store
from licensing.assignments import unassign
from licensing.entitlements import has_hub, licensed_stores, stores_with_hub
from licensing.models import PlanLevel, Subscription
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db


def entitled(store: Store) -> bool:
    """The three ways to ask must agree."""
    answers = {
        has_hub(store.pk),
        store.pk in licensed_stores([store.pk]),
        stores_with_hub(Store.objects.all()).filter(pk=store.pk).exists(),
    }
    assert len(answers) == 1
    return answers.pop()


def test_an_assigned_store_has_it_and_its_neighbour_has_not() -> None:
    store = LicensedStoreFactory.create()
    assert entitled(store)
    assert not entitled(StoreFactory.create(organization=store.organization))


def test_unassigned_it_is_gone_at_once() -> None:
    store = LicensedStoreFactory.create()
    unassign(license=store.license_assignments.get().license, stores=[store], by=None)
    assert not entitled(store)


@pytest.mark.parametrize("level", [PlanLevel.PRO, PlanLevel.ENTERPRISE])
def test_plans_that_offer_it(level: PlanLevel) -> None:
    store = LicensedStoreFactory.create()
    Subscription.objects.update(level=level)
    assert entitled(store)


def test_the_starter_level_has_none() -> None:
    store = LicensedStoreFactory.create()
    Subscription.objects.update(level=PlanLevel.STARTER)
    assert not entitled(store)


def test_a_lapsed_subscription_has_none() -> None:
    store = LicensedStoreFactory.create()
    Subscription.objects.update(lapsed_at=timezone.now())
    assert not entitled(store)
