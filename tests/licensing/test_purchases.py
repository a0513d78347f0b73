"""Confirming acts at once, once, at the price that was shown, or not at all."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Organization
from licensing import subscribers
from licensing.actions import StoresStillAssigned
from licensing.assignments import assign
from licensing.entitlements import has_hub
from licensing.models import Coupon, Order, OrderLine, Price
from licensing.purchases import PriceChanged, Refused, purchase
from tests.factories.accounts import UserFactory
from tests.factories.licensing import CouponFactory, hub_on_sale
from tests.factories.tenancy import OrganizationFactory, StoreFactory
from tests.licensing.buying import (
    FIRST,
    PRO,
    STARTER,
    buy,
    license_of,
    lines_of,
    shown,
    subscription_of,
    wish,
)

pytestmark = pytest.mark.django_db


def test_buying_acts_at_once_and_leaves_an_order_and_its_history(organization: Organization) -> None:
    user = UserFactory.create()
    order = buy(organization, wish(quantity=2), by=user)
    assert subscription_of(organization).level == "enterprise"
    assert license_of(organization).quantity == 2
    assert (order.total, order.ordered_by, order.state) == (3800, user, "open")
    assert order.due_on == FIRST + timedelta(days=14)
    entries = AuditEntry.objects.filter(organization=organization, actor=user).order_by("id")
    assert [entry.action for entry in entries] == ["subscription.changed", "license.quantity_set", "order.created"]


def test_the_same_form_makes_one_order_however_often_it_is_sent(organization: Organization) -> None:
    token, wanted = uuid.uuid4(), wish(quantity=2)
    fingerprint = shown(organization, wanted, FIRST).fingerprint
    orders = {
        purchase(organization=organization, wish=wanted, token=token, fingerprint=fingerprint, by=None, on=FIRST).pk
        for _ in range(3)
    }
    assert len(orders) == Order.objects.count() == 1


def test_a_price_that_changed_since_is_shown_and_never_charged(organization: Organization) -> None:
    wanted = wish(quantity=2)
    seen = shown(organization, wanted, FIRST).fingerprint
    hub_on_sale(valid_from=FIRST, enterprise=2000)
    with pytest.raises(PriceChanged) as caught:
        purchase(organization=organization, wish=wanted, token=uuid.uuid4(), fingerprint=seen, by=None, on=FIRST)
    assert caught.value.quote.total == 4000
    assert Order.objects.count() == 0


def test_fewer_than_assigned_is_refused_with_the_stores(organization: Organization) -> None:
    buy(organization, wish(quantity=2))
    stores = [StoreFactory.create(organization=organization) for _ in range(2)]
    assign(license=license_of(organization), stores=stores, by=None)
    with pytest.raises(StoresStillAssigned, match="2 stores still use") as caught:
        buy(organization, wish(quantity=1))
    assert set(caught.value.stores) == set(stores)
    with pytest.raises(StoresStillAssigned):
        buy(organization, wish(PRO, 0))
    assert license_of(organization).quantity == 2


def test_what_there_is_already_is_no_purchase(organization: Organization) -> None:
    buy(organization, wish(quantity=2))
    with pytest.raises(Refused, match="have already"):
        buy(organization, wish(quantity=2))


def test_a_lapsed_subscription_buys_nothing(organization: Organization) -> None:
    buy(organization, wish(quantity=2))
    organization.subscription.__class__.objects.update(lapsed_at=timezone.now())
    with pytest.raises(Refused, match="ended unpaid"):
        buy(organization, wish(quantity=3))


def test_plan_down_suspends_and_plan_up_brings_back(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, list[object]]] = []
    monkeypatch.setattr(subscribers, "_licensed", [lambda stores, by: heard.append(("licensed", list(stores)))])
    monkeypatch.setattr(subscribers, "_unlicensed", [lambda stores, by: heard.append(("unlicensed", list(stores)))])
    buy(organization, wish(quantity=1))
    store = StoreFactory.create(organization=organization)
    assign(license=license_of(organization), stores=[store], by=None)
    heard.clear()
    buy(organization, wish(STARTER, 0))
    assert not has_hub(store.pk)
    assert license_of(organization).assigned == 1
    buy(organization, wish(quantity=1))
    assert has_hub(store.pk)
    buy(organization, wish(PRO, None))
    assert has_hub(store.pk)
    assert heard == [("unlicensed", [store]), ("licensed", [store])]


def test_numbers_have_no_gaps(organization: Organization) -> None:
    first = buy(organization, wish(quantity=1))
    with pytest.raises(Refused):
        buy(organization, wish(quantity=1))
    assert buy(organization, wish(quantity=2)).number == first.number + 1


def test_prices_orders_and_lines_are_never_rewritten(organization: Organization) -> None:
    order = buy(organization, wish(quantity=1))
    for rows, values in (
        (Price.objects.all(), {"monthly_amount": 1}),
        (Order.objects.filter(pk=order.pk), {"total": 1}),
        (OrderLine.objects.filter(order=order), {"amount": 1}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


def test_two_prices_of_one_day_cannot_be(organization: Organization) -> None:
    price = Price.objects.in_force(FIRST).order_by("offer_id", "currency", "billing_period", "-valid_from")[0]
    price.pk = None
    with pytest.raises(IntegrityError, match="licensing_price_once_a_day"), transaction.atomic():
        price.save(force_insert=True)


def test_a_coupon_is_used_no_more_often_than_it_may(organization: Organization) -> None:
    CouponFactory.create(code="ONE", percent=10, max_uses=1)
    buy(organization, wish(coupon="ONE"))
    other = OrganizationFactory.create()
    assert shown(other, wish(coupon="ONE"), FIRST).coupon_refused
    with pytest.raises(IntegrityError, match="licensing_coupon_uses"), transaction.atomic():
        Coupon.objects.update(uses=2)


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_make_one_order() -> None:
    hub_on_sale()
    organization = OrganizationFactory.create()
    token, wanted = uuid.uuid4(), wish(quantity=2)
    fingerprint = shown(organization, wanted, FIRST).fingerprint
    start, orders, failures = threading.Barrier(8), [], []

    def click() -> None:
        try:
            start.wait()
            made = purchase(
                organization=organization, wish=wanted, token=token, fingerprint=fingerprint, by=None, on=FIRST
            )
            orders.append(made.pk)
        except Exception as error:  # noqa: BLE001  what went wrong in a thread is asserted on below
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert len(orders) == 8
    assert len(set(orders)) == 1
    assert lines_of(Order.objects.get()) == [("charge", 0), ("charge", 3800)]
