"""Asking for a customer: by what, in which stores, how often, and how it is called off."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Organization, Store
from tests.factories.licensing import LicensedStoreFactory
from tests.webhooks.erasure.people import (
    ADA,
    BOB,
    EMAIL,
    erase,
    look,
    order_event,
    plant,
    run_until_still,
)
from webhooks.erasure import asking
from webhooks.erasure.asking import NotFoundYetError, TooManyError, ask, cancel, confirm
from webhooks.erasure.identities import NothingToLookForError, spelled
from webhooks.erasure.steps import go_on
from webhooks.models import CustomerErasure, FoundOrder, OrderEvent
from webhooks.tasks import erase_customers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "text", "orders"),
    [
        ("email", "canary.byron@EXAMPLE.com", 2),
        ("email", "anary.byron@example.com", 0),
        ("phone", "1-212-555-0142", 2),
        ("phone", "212 555 0142", 0),
        ("customer", "cus_canary", 2),
        ("customer", "CUS_CANARY", 0),
    ],
)
def test_by_address_number_or_id(store: Store, kind: str, text: str, orders: int) -> None:
    plant(store)
    assert look(store, kind, text).orders == orders


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", "ada"),
        ("email", "a b@example.com"),
        ("phone", "12345"),
        ("phone", "call me"),
        ("customer", "two words"),
    ],
)
def test_what_is_none_is_not_looked_for(store: Store, kind: str, text: str) -> None:
    with pytest.raises(NothingToLookForError):
        spelled(kind, text)


def test_in_one_store_or_in_all_of_the_organization_and_in_no_other(store: Store) -> None:
    sibling, foreign = LicensedStoreFactory.create(organization=store.organization), LicensedStoreFactory.create()
    kept = [order_event(place, "o-1", ADA) for place in (store, sibling, foreign)]

    def customers() -> list[bool]:
        return [json.loads(OrderEvent.objects.get(pk=event.pk).order_json)["customer"] is not None for event in kept]

    erase(store)
    assert customers() == [False, True, True]
    erase(store, everywhere=True)
    assert customers() == [False, False, True]


def test_orders_that_came_in_after_the_look_are_erased_too(store: Store) -> None:
    order_event(store, "o-1", ADA)
    found = look(store)
    late, other = order_event(store, "o-9", ADA), order_event(store, "o-10", BOB)
    run_until_still(confirm(erasure=found, by=None))
    assert json.loads(OrderEvent.objects.get(pk=late.pk).order_json)["customer"] is None
    assert json.loads(OrderEvent.objects.get(pk=other.pk).order_json)["customer"]["id"] == "cus_bob"


def test_the_task_goes_on_with_all_of_them(store: Store) -> None:
    plant(store)
    one = ask(organization=store.organization, store=store, kind="email", text=EMAIL, by=None)
    other = ask(organization=store.organization, store=store, kind="customer", text="cus_bob", by=None)
    erase_customers()
    assert [CustomerErasure.objects.get(pk=each.pk).state for each in (one, other)] == ["found", "found"]


def test_called_off_it_forgets_and_erases_nothing(store: Store) -> None:
    event = order_event(store, "o-1", ADA)
    called_off = cancel(erasure=look(store), by=None)
    assert (called_off.state, called_off.wanted_ciphertext) == ("cancelled", None)
    assert not FoundOrder.objects.exists()
    with pytest.raises(NotFoundYetError):
        confirm(erasure=called_off, by=None)
    assert json.loads(OrderEvent.objects.get(pk=event.pk).order_json)["customer"]["id"] == "cus_canary"
    assert AuditEntry.objects.filter(action="customer.erasure_cancelled").count() == 1


def test_one_that_erases_is_not_called_off(store: Store) -> None:
    order_event(store, "o-1", ADA)
    erasing_now = confirm(erasure=look(store), by=None)
    assert cancel(erasure=erasing_now, by=None).state == "erasing"
    with pytest.raises(NotFoundYetError):
        confirm(erasure=erasing_now, by=None)
    assert run_until_still(erasing_now).state == "done"


def test_only_so_many_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_AT_A_TIME", 1)
    look(store)
    with pytest.raises(TooManyError):
        look(store)
    assert look(LicensedStoreFactory.create()).state == "found"


def test_the_database_keeps_nothing_of_who_was_asked_for_once_it_is_done(store: Store) -> None:
    erasure = look(store)
    with pytest.raises(IntegrityError, match="webhooks_erasure_forgets"), transaction.atomic():
        CustomerErasure.objects.filter(pk=erasure.pk).update(state="done", finished_at=timezone.now())


def test_looking_asks_the_same_number_of_queries_for_any_number_of_events(
    store: Store, django_assert_num_queries: Callable[..., Any]
) -> None:
    for count in (1, 20):
        for number in range(count):
            order_event(store, f"o-{count}-{number}", ADA)
        erasure = ask(organization=store.organization, store=store, kind="email", text=EMAIL, by=None)
        with django_assert_num_queries(8):
            go_on(erasure.pk)


def test_an_organization_without_stores(store: Store) -> None:
    empty = Organization.objects.create(name="Empty", slug="empty")
    made = ask(organization=empty, store=None, kind="email", text=EMAIL, by=None)
    assert (run_until_still(made).state, made.orders) == ("found", 0)
