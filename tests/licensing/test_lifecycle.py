"""Losing the hub and getting it back: at the next request pages, keys and deliveries follow."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Organization, Store
from licensing.assignments import assign
from licensing.entitlements import has_hub, licensed_stores
from licensing.lifecycle import (
    NothingToDo,
    end_trial,
    give,
    grant_credit,
    lapse,
    renew,
    resume_license,
    start_trial,
    suspend_license,
)
from licensing.models import BillingAccount, Notice, Order
from licensing.orders import mark_paid, void
from tests.factories.accounts import UserFactory
from tests.factories.integrations import ApiKeyFactory
from tests.factories.licensing import OrderFactory
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from tests.licensing.buying import ENTERPRISE, STARTER, buy, license_of, subscription_of, wish
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(organization: Organization) -> Store:
    """A store with the hub, under a subscription bought today."""
    buy(organization, wish(quantity=1), timezone.localdate())
    made: Store = StoreFactory.create(organization=organization)
    assign(license=license_of(organization), stores=[made], by=None)
    return made


def lose_by_lapse(organization: Organization) -> None:
    lapse(organization=organization, reason="unpaid", by=None)


def lose_by_support(organization: Organization) -> None:
    suspend_license(license=license_of(organization), reason="asked", by=None)


def lose_by_plan(organization: Organization) -> None:
    buy(organization, wish(STARTER, 0), timezone.localdate())


def back_by_renewal(organization: Organization) -> None:
    renew(organization=organization, by=None)


def back_by_support(organization: Organization) -> None:
    resume_license(license=license_of(organization), by=None)


def back_by_plan(organization: Organization) -> None:
    buy(organization, wish(quantity=1), timezone.localdate())


WAYS = pytest.mark.parametrize(
    ("lose", "back"),
    [(lose_by_lapse, back_by_renewal), (lose_by_support, back_by_support), (lose_by_plan, back_by_plan)],
    ids=["lapse", "support", "plan"],
)


@WAYS
def test_pages_keys_and_deliveries_stop_and_come_back(client: Client, store: Store, lose: object, back: object) -> None:
    assert callable(lose)
    assert callable(back)
    key: Any = ApiKeyFactory.create(store=store)
    endpoint = EndpointFactory.create(store=store)
    delivery = DeliveryFactory.create(event__store=store, endpoint=endpoint, state=Delivery.State.PARKED)
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    hub = reverse("integrations:current", args=[store.organization.slug, store.code])
    api = {"Authorization": f"Bearer {key.text}"}
    assert client.get(hub).status_code == 200

    lose(store.organization)
    assert not has_hub(store.pk)
    assert licensed_stores([store.pk]) == set()
    assert client.get(hub)["Location"] == reverse("licensing:upgrade", args=[store.organization.slug, store.code])
    refused = client.get("/api/v1/store", headers=api)
    assert (refused.status_code, refused.json()["code"]) == (403, "license_required")
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.PARKED

    back(store.organization)
    assert has_hub(store.pk)
    assert client.get(hub).status_code == 200
    assert client.get("/api/v1/store", headers=api).status_code == 200
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.DUE


@WAYS
def test_each_way_is_in_the_history_and_keeps_the_seat(store: Store, lose: object, back: object) -> None:
    assert callable(lose)
    assert callable(back)
    lose(store.organization)
    back(store.organization)
    assert license_of(store.organization).assigned == 1
    assert AuditEntry.objects.filter(organization=store.organization).count() >= 2


def test_twice_is_nothing_to_do(store: Store) -> None:
    lapse(organization=store.organization, reason="", by=None)
    with pytest.raises(NothingToDo):
        lapse(organization=store.organization, reason="", by=None)
    renew(organization=store.organization, by=None)
    with pytest.raises(NothingToDo):
        renew(organization=store.organization, by=None)
    suspend_license(license=license_of(store.organization), reason="", by=None)
    with pytest.raises(NothingToDo):
        suspend_license(license=license_of(store.organization), reason="", by=None)
    resume_license(license=license_of(store.organization), by=None)
    with pytest.raises(NothingToDo):
        resume_license(license=license_of(store.organization), by=None)


def test_a_lapse_is_told_once_to_each_who_can_pay(store: Store) -> None:
    people = [
        MemberFactory.create(**{role: True}, organization=store.organization) for role in ("owner", "enterprise_admin")
    ]
    MemberFactory.create(viewer=True, organization=store.organization)
    lapse(organization=store.organization, reason="unpaid", by=None)
    assert set(Notice.objects.values_list("kind", "user")) == {("lapsed", one.user_id) for one in people}


def test_the_payment_of_all_that_is_overdue_ends_the_lapse(store: Store) -> None:
    user = UserFactory.create(support=True)
    first, second = (
        OrderFactory.create(organization=store.organization, due_on=timezone.localdate()) for _ in range(2)
    )
    lapse(organization=store.organization, reason="unpaid", by=None)
    mark_paid(order=first, reference="42", by=user)
    assert not has_hub(store.pk)
    mark_paid(order=second, reference="43", by=user)
    assert has_hub(store.pk)
    second.refresh_from_db()
    assert (second.state, second.payment_reference) == ("paid", "43")
    assert AuditEntry.objects.filter(action="order.paid", actor=user).count() == 2


def test_a_late_payment_is_for_days_that_can_be_used(store: Store) -> None:
    subscription = subscription_of(store.organization)
    today = timezone.localdate()
    subscription.term_starts_on, subscription.renews_on = today - timedelta(days=60), today - timedelta(days=30)
    subscription.save()
    lapse(organization=store.organization, reason="unpaid", by=None)
    renew(organization=store.organization, by=None)
    assert subscription_of(store.organization).term_starts_on == today


def test_paying_twice_and_paying_what_is_void_changes_nothing(organization: Organization) -> None:
    order = OrderFactory.create(organization=organization)
    mark_paid(order=order, reference="first", by=None)
    assert mark_paid(order=order, reference="second", by=None).payment_reference == "first"
    other = void(order=OrderFactory.create(organization=organization), reason="mistake", by=None)
    assert mark_paid(order=other, reference="x", by=None).state == "void"


def test_a_trial_gives_the_hub_free_of_charge(organization: Organization) -> None:
    start_trial(organization=organization, level=ENTERPRISE, quantity=2, days=14, by=None)
    store = StoreFactory.create(organization=organization)
    assign(license=license_of(organization), stores=[store], by=None)
    assert has_hub(store.pk)
    assert license_of(organization).trial_ends_on == timezone.localdate() + timedelta(days=14)
    assert not Order.objects.exists()


def test_no_trial_of_what_is_bought(store: Store) -> None:
    with pytest.raises(NothingToDo, match="bought already"):
        start_trial(organization=store.organization, level=ENTERPRISE, quantity=2, days=14, by=None)


def test_what_was_given_is_not_taken_from_stores_that_use_it(organization: Organization) -> None:
    buy(organization, wish(quantity=1), timezone.localdate())
    give(license=license_of(organization), comp_quantity=1, by=None)
    stores = [StoreFactory.create(organization=organization) for _ in range(2)]
    assign(license=license_of(organization), stores=stores, by=None)
    with pytest.raises(ValueError, match="Free them first"):
        give(license=license_of(organization), comp_quantity=0, by=None)


def test_credit_is_granted_with_a_reason(organization: Organization) -> None:
    account = BillingAccount.objects.create(organization=organization, credit=100)
    grant_credit(account=account, amount=900, reason="goodwill", by=None)
    entry = AuditEntry.objects.get(action="billing.credit_granted")
    assert entry.changes == {"credit": [100, 1000], "reason": "goodwill"}


def test_what_support_lets_rest_is_neither_sold_nor_billed(store: Store) -> None:
    from licensing.purchases import Refused
    from licensing.renewals import renew_due

    organization = store.organization
    suspend_license(license=license_of(organization), reason="asked", by=None)
    with pytest.raises(Refused, match="suspended your Integration Hub"):
        buy(organization, wish(quantity=2), timezone.localdate())
    assert renew_due(organization=organization, on=subscription_of(organization).renews_on) == []
    assert buy(organization, wish(STARTER, 0), subscription_of(organization).term_starts_on).total == 0


def test_a_trial_that_is_over_is_not_resumed_into_a_bill(organization: Organization) -> None:
    start_trial(organization=organization, level=ENTERPRISE, quantity=2, days=14, by=None)
    suspend_license(license=license_of(organization), reason="asked", by=None)
    resume_license(license=license_of(organization), by=None)
    held = license_of(organization)
    assert held.trial_ends_on == timezone.localdate() + timedelta(days=14)
    assert end_trial(license=held, on=held.trial_ends_on)
    with pytest.raises(NothingToDo, match="trial is over"):
        resume_license(license=license_of(organization), by=None)


def test_no_trial_of_what_has_lapsed(store: Store) -> None:
    lapse(organization=store.organization, reason="unpaid", by=None)
    with pytest.raises(NothingToDo, match="lapsed"):
        start_trial(organization=store.organization, level=ENTERPRISE, quantity=2, days=14, by=None)
