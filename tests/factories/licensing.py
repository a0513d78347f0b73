"""Subscriptions, licenses and assignments; `LicensedStoreFactory` gives a store that has the Integration Hub."""

from datetime import date
from itertools import count
from typing import Any

import factory
from factory.django import DjangoModelFactory

from backoffice.tenancy.models import Store
from licensing.models import (
    INTEGRATION_HUB,
    AddOn,
    Assignment,
    BillingPeriod,
    Coupon,
    License,
    Order,
    OrderLine,
    PlanAddOn,
    PlanLevel,
    Price,
    Subscription,
)
from tests.factories.tenancy import OrganizationFactory, StoreFactory


def integration_hub() -> AddOn:
    """The add-on that a migration sells; made anew where a test that truncates tables took it away."""
    return AddOn.objects.get_or_create(code=INTEGRATION_HUB, defaults={"name": "Integration Hub"})[0]


#: Per month and store (Enterprise) or for all (Pro), in cents, by level and billing period: what the migration sells.
PRICES = {
    (PlanLevel.PRO, BillingPeriod.MONTHLY): 2900,
    (PlanLevel.PRO, BillingPeriod.YEARLY): 2400,
    (PlanLevel.ENTERPRISE, BillingPeriod.MONTHLY): 1900,
    (PlanLevel.ENTERPRISE, BillingPeriod.YEARLY): 1500,
}


def hub_on_sale(currency: str = "USD", *, valid_from: date = date(2026, 1, 1), **amounts: int) -> None:
    """Prices of the hub at both levels; `pro` and `enterprise` replace the amount a month of every period."""
    for (level, period), amount in PRICES.items():
        offer, _ = PlanAddOn.objects.get_or_create(
            level=level, add_on=integration_hub(), defaults={"counts_stores": level == PlanLevel.ENTERPRISE}
        )
        Price.objects.get_or_create(
            offer=offer,
            currency=currency,
            billing_period=period,
            valid_from=valid_from,
            defaults={"monthly_amount": amounts.get(level.value, amount)},
        )


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


_NUMBERS = count(900_000)


class CouponFactory(DjangoModelFactory[Coupon]):
    class Meta:
        model = Coupon

    code = factory.Sequence(lambda n: f"SAVE{n}")
    percent = 20
    valid_from = date(2026, 1, 1)


class OrderFactory(DjangoModelFactory[Order]):
    """An unpaid invoice of one line."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    organization = factory.SubFactory(OrganizationFactory)
    number = factory.LazyFunction(lambda: next(_NUMBERS))
    kind = Order.Kind.CHANGE
    term_starts_on = date(2026, 11, 1)
    term_ends_on = date(2026, 12, 1)
    issued_on = date(2026, 11, 1)
    due_on = date(2026, 11, 15)
    currency = "USD"
    total = 1900
    bill_to = "Somebody"

    @factory.post_generation
    def line(self: Order, create: bool, _extracted: object, **_kwargs: Any) -> None:
        if create:
            OrderLine.objects.create(
                order=self, position=1, kind=OrderLine.Kind.CHARGE, description="Integration Hub", amount=self.total
            )
