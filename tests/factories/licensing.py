"""Subscriptions, licenses and assignments; `LicensedStoreFactory` gives a store that has the Integration Hub."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from backoffice.tenancy.models import Store
from licensing.models import INTEGRATION_HUB, AddOn, Assignment, License, PlanLevel, Subscription
from tests.factories.tenancy import OrganizationFactory, StoreFactory


def integration_hub() -> AddOn:
    """The add-on that a migration sells; made anew where a test that truncates tables took it away."""
    return AddOn.objects.get_or_create(code=INTEGRATION_HUB, defaults={"name": "Integration Hub"})[0]


class SubscriptionFactory(DjangoModelFactory[Subscription]):
    class Meta:
        model = Subscription
        django_get_or_create = ("organization",)

    class Params:
        starter = factory.Trait(level=PlanLevel.STARTER)
        pro = factory.Trait(level=PlanLevel.PRO)

    organization = factory.SubFactory(OrganizationFactory)
    level = PlanLevel.ENTERPRISE
    renews_on = date(2099, 1, 1)


class LicenseFactory(DjangoModelFactory[License]):
    class Meta:
        model = License
        django_get_or_create = ("organization", "add_on")

    organization = factory.SubFactory(OrganizationFactory)
    add_on = factory.LazyFunction(integration_hub)
    quantity = 100


def _license_of(store: Store) -> License:
    SubscriptionFactory.create(organization=store.organization)
    return LicenseFactory.create(organization=store.organization)


class AssignmentFactory(DjangoModelFactory[Assignment]):
    """A seat for `store`, on its organization's license of the hub, under an Enterprise subscription."""

    class Meta:
        model = Assignment

    store = factory.SubFactory(StoreFactory)

    license = factory.LazyAttribute(lambda seat: _license_of(seat.store))


class LicensedStoreFactory(StoreFactory):
    """A store with the Integration Hub. It has no API key: that is made by the action that licenses a store."""

    class Meta:
        model = Store
        skip_postgeneration_save = True

    @factory.post_generation
    def license(self: Store, create: bool, _extracted: object, **_kwargs: Any) -> None:
        if create:
            AssignmentFactory.create(store=self)
