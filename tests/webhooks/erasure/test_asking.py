"""Asking for a customer: by what, in which stores, how often, and how it is called off."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from backoffice.database.identifiers import uuid7, uuid7_time
from backoffice.tenancy.models import AuditEntry, Organization, Store
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import AttemptFactory, DeliveryFactory
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
from webhooks.erasure.erasing import ANSWERED_AFTER
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


def test_one_that_fails_holds_no_other_up(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    event = order_event(store, "o-1", ADA)
    delivery = DeliveryFactory.create(delivered=True, event=event)
    erase(store)
    AttemptFactory.create(delivery=delivery, response_body=f"thanks {EMAIL}".encode())
    broken, other = (
        ask(organization=store.organization, store=store, kind="customer", text=text, by=None) for text in ("x", "y")
    )
    CustomerErasure.objects.filter(pk=broken.pk).update(wanted_ciphertext=b"no ciphertext")
    with time_machine.travel(timezone.now() + ANSWERED_AFTER + timedelta(seconds=1)):
        erase_customers()
    assert [CustomerErasure.objects.get(pk=each.pk).state for each in (broken, other)] == ["looking", "found"]
    assert not FoundOrder.objects.exists()
    said = [entry.getMessage() for entry in caplog.records if entry.levelname == "ERROR"]
    assert said == [f"The erasure {broken.pk} failed; the next time goes on with it."]


def test_an_order_whose_transaction_was_open_while_it_was_confirmed_is_erased(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_event(store, "o-1", ADA)
    found = look(store)
    monkeypatch.setattr(asking, "SETTLED_AFTER", timedelta(seconds=2))
    begun = uuid7()
    with time_machine.travel(timezone.now() + timedelta(milliseconds=5), tick=False) as clock:
        confirm(erasure=found, by=None)
        clock.shift(timedelta(milliseconds=1990))
        erase_customers()
        found.refresh_from_db()
        assert (found.state, found.looked_through, found.erased_events) == ("erasing", False, 0)
        late = order_event(store, "o-9", ADA, event_id=begun)
        clock.shift(timedelta(milliseconds=20))
        erase_customers()
    found.refresh_from_db()
    assert (found.state, found.erased_events) == ("done", 2)
    assert json.loads(OrderEvent.objects.get(pk=late.pk).order_json)["customer"] is None


def test_what_nobody_confirms_is_called_off_in_the_end(store: Store) -> None:
    event = order_event(store, "o-1", ADA)
    found, erasing_now = look(store), confirm(erasure=look(store), by=None)
    with time_machine.travel(timezone.now() + asking.UNCONFIRMED_FOR - timedelta(minutes=1)):
        erase_customers()
        found.refresh_from_db()
        assert found.state == "found"
        erasing_now.refresh_from_db()
        assert erasing_now.state == "done"
    young = look(store)
    with time_machine.travel(uuid7_time(young.pk) + asking.UNCONFIRMED_FOR):
        erase_customers()
    found.refresh_from_db()
    young.refresh_from_db()
    assert (found.state, found.wanted_ciphertext, young.state) == ("cancelled", None, "found")
    assert not FoundOrder.objects.filter(erasure=found).exists()
    entry = AuditEntry.objects.get(action="customer.erasure_cancelled")
    assert (entry.actor, entry.organization, entry.target_id) == (None, store.organization, str(found.pk))
    assert OrderEvent.objects.filter(pk=event.pk).exists()


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
        with django_assert_num_queries(20):
            go_on(erasure.pk)


def test_an_organization_without_stores(store: Store) -> None:
    empty = Organization.objects.create(name="Empty", slug="empty")
    made = ask(organization=empty, store=None, kind="email", text=EMAIL, by=None)
    assert (run_until_still(made).state, made.orders) == ("found", 0)
