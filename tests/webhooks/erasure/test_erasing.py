"""A customer is erased from stored orders and from all that was kept because of them, and nobody else is."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Mail, Store
from integrations.models import Run, RunItem, RunMail
from tests.factories.accounts import UserFactory
from tests.factories.integrations import IntegrationFactory, RunFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory
from tests.webhooks.erasure.people import (
    ADA,
    BOB,
    CANARIES,
    EMAIL,
    dump,
    erase,
    look,
    order_event,
    plant,
    run_until_still,
)
from webhooks.attempt_details import webhook_body
from webhooks.canonical.order import Order
from webhooks.erasure import erasing, looking
from webhooks.erasure.asking import ask, confirm
from webhooks.erasure.identities import keyed_hash
from webhooks.erasure.steps import go_on
from webhooks.models import CustomerErasure, FoundOrder, OrderEvent
from webhooks.tasks import erase_customers

pytestmark = pytest.mark.django_db


def test_nothing_of_the_customer_is_left_in_a_dump_of_the_database(store: Store) -> None:
    plant(store)
    before = dump()
    assert all(canary in before for canary in CANARIES)
    found = look(store)
    assert (found.state, found.orders, found.events, found.tries) == ("found", 2, 4, 4)
    assert (found.looked_at, found.mails, found.notes) == (5, 2, 8)
    assert all(canary in dump() for canary in CANARIES)
    done = run_until_still(confirm(erasure=found, by=UserFactory.create()))
    assert (done.state, done.wanted_ciphertext) == ("done", None)
    after = dump()
    assert not [canary for canary in CANARIES if canary in after]
    assert (done.erased_events, done.cleared_tries, done.removed_mails) == (4, 4, 2)
    assert done.cleared_notes == 8


def test_the_other_customer_the_staff_and_what_was_sold_stay(store: Store) -> None:
    plant(store)
    bob = OrderEvent.objects.get(order_id="o-3").order_json
    erase(store)
    assert OrderEvent.objects.get(order_id="o-3").order_json == bob
    for event in OrderEvent.objects.filter(order_id="o-1"):
        order = json.loads(event.order_json)
        assert (order["customer"], order["metadata"], order["line_items"][0]["note"]) == (None, {}, "")
        assert order["employee"] == {"id": "emp_7", "name": "Maria"}
        assert order["line_items"][0]["name"] == "Burger"
        assert Order.model_validate_json(event.order_json).model_dump_json() == event.order_json
    assert RunItem.objects.get(key="1043").note == "bob@example.com was refused"
    run = Run.objects.get()
    assert run.parameters == {"who": "", "day": "2026-11-30"}
    assert run.only == ["erased", "1043"]
    assert sorted(run.items.values_list("key", flat=True))[:2] == ["1042", "1043"]
    assert run.items.filter(key=f"erased-{run.items.get(outcome='skipped').pk}").count() == 1
    assert RunMail.objects.get().to == Mail.objects.get().to == "bob@example.com"
    assert bytes(AttemptFactory._meta.model.objects.get(delivery__event__order_id="o-3").response_body).startswith(
        b"thanks"
    )


def test_a_number_without_its_marks_and_a_long_id_are_found_and_a_short_id_is_not(store: Store) -> None:
    order_event(store, "o-1", {**ADA, "first_name": "", "last_name": ""})
    order_event(store, "o-2", {**ADA, "id": "1042", "email": None, "phone": None})
    problems = ["12125550142 is taken", "CUS_CANARY is blocked", "Order 1042 was refused"]
    integration = IntegrationFactory.create(store=store)
    runs = [RunFactory.create(integration=integration, problem=problem) for problem in problems]
    assert (look(store).notes, look(store, "customer", "1042").notes) == (2, 0)
    erase(store)
    erase(store, "customer", "1042")
    for run in runs:
        run.refresh_from_db()
    assert [run.problem for run in runs] == ["", "", "Order 1042 was refused"]


@pytest.mark.parametrize(
    ("phone", "name"),
    [("0", "Al"), ("-", "Smith"), ("1 2345", "Smith")],
)
def test_what_is_no_whole_number_or_name_takes_no_note_along(store: Store, phone: str, name: str) -> None:
    order_event(store, "o-1", {**ADA, "email": None, "phone": phone, "first_name": "", "last_name": name})
    run = RunFactory.create(integration__store=store, problem="Al Smith - 12345, 1 2345 at 10:00")
    done = erase(store, "customer", "cus_canary")
    assert (done.erased_events, done.cleared_notes) == (1, 0)
    run.refresh_from_db()
    assert run.problem == "Al Smith - 12345, 1 2345 at 10:00"


def test_the_history_tells_how_much_and_never_who(store: Store) -> None:
    plant(store)
    erase(store)
    entries = list(AuditEntry.objects.filter(action__startswith="customer.").order_by("id"))
    assert [entry.action for entry in entries] == [
        "customer.looked_for", "customer.erasure_confirmed", "customer.erased",
    ]  # fmt: skip
    hashed = keyed_hash("email", EMAIL.lower())
    assert all(entry.changes["keyed_sha256"] == hashed for entry in entries)
    assert entries[-1].changes == {
        "looked_for_by": "email", "keyed_sha256": hashed, "events": 4, "tries": 4, "mails": 2, "notes": 8,
    }  # fmt: skip
    counts = {"orders": 2, "events": 4, "tries": 4, "mails": 2, "notes": 8}
    assert entries[1].changes == {"looked_for_by": "email", "keyed_sha256": hashed, **counts}
    assert entries[-1].actor == CustomerErasure.objects.get().confirmed_by
    assert keyed_hash("phone", EMAIL.lower()) != hashed


def test_of_an_address_that_a_provider_made_of_an_order_the_host_is_left(store: Store) -> None:
    """An endpoint's own address is its owner's, who may have changed it since; one that an integration called may hold anything."""
    integration = IntegrationFactory.create(store=store)
    event, bobs = order_event(store, "o-1", ADA), order_event(store, "o-2", BOB)
    own = EndpointFactory.create(store=store, url="https://own.example/hooks")
    theirs = EndpointFactory.create(store=store, url="https://crm.example/v1", integration=integration)
    called = {
        (event, own): "https://own.example/old?token=7",
        (event, theirs): f"https://crm.example:8443/v1/people/{EMAIL}?x=1",
        (bobs, theirs): "https://crm.example/v1/people/bob",
    }
    tries = {
        url: AttemptFactory.create(
            delivery__event=of, delivery__endpoint=at, url=url, response_body=b"", response_headers=[]
        )
        for (of, at), url in called.items()
    }
    same = AttemptFactory.create(
        delivery__event=event, delivery__endpoint=theirs, url=theirs.url, response_body=b"", response_headers=[]
    )
    done = erase(store)
    for one in (*tries.values(), same):
        one.refresh_from_db()
    assert [one.url for one in tries.values()] == [
        "https://own.example/old?token=7",
        "https://crm.example:8443/",
        "https://crm.example/v1/people/bob",
    ]
    assert same.url == "https://crm.example/v1"
    assert (done.tries, done.cleared_tries) == (3, 1)


def test_what_still_waits_goes_out_without_the_customer(store: Store) -> None:
    event = order_event(store, "o-1", ADA)
    DeliveryFactory.create(event=event)
    erase(store)
    body = webhook_body(OrderEvent.objects.get(pk=event.pk), "2026-11-01")
    assert "canary" not in body.lower()


@transaction.atomic
def killed_in_a_step(erasure: CustomerErasure) -> None:
    go_on(erasure.pk)
    raise KeyboardInterrupt


def test_the_answer_to_a_try_that_was_under_way_is_removed_a_little_later(store: Store) -> None:
    event = order_event(store, "o-1", ADA)
    delivery = DeliveryFactory.create(delivered=True, event=event)
    erasure = erase(store)
    AttemptFactory.create(delivery=delivery, response_body=f"thanks {EMAIL}".encode())
    erase_customers()
    assert "canary" in dump()
    assert FoundOrder.objects.count() == 1
    with time_machine.travel(timezone.now() + erasing.ANSWERED_AFTER + timedelta(seconds=1)):
        erase_customers()
    assert "canary" not in dump()
    assert not FoundOrder.objects.exists()
    erasure.refresh_from_db()
    assert (erasure.state, erasure.cleared_tries) == ("done", 1)


def test_it_goes_on_in_small_steps_wherever_it_was_killed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "EVENTS_AT_A_TIME", 2)
    monkeypatch.setattr(erasing, "EVENTS_AT_A_TIME", 1)
    plant(store)
    erasure = ask(organization=store.organization, store=None, kind="email", text=EMAIL, by=None)
    looked_at = []
    while True:
        with pytest.raises(KeyboardInterrupt):
            killed_in_a_step(erasure)
        more = go_on(erasure.pk)
        erasure.refresh_from_db()
        looked_at.append(erasure.looked_at)
        if not more:
            break
    assert (erasure.state, erasure.orders, looked_at[:3]) == ("found", 2, [2, 4, 5])
    confirm(erasure=erasure, by=None)
    while True:
        with pytest.raises(KeyboardInterrupt):
            killed_in_a_step(erasure)
        if not go_on(erasure.pk):
            break
    erasure.refresh_from_db()
    assert (erasure.state, erasure.erased_events, erasure.cleared_tries) == ("done", 4, 4)
    assert not [canary for canary in CANARIES if canary in dump()]


def test_notes_are_searched_once_for_all_orders_of_a_step(store: Store) -> None:
    sibling = LicensedStoreFactory.create(organization=store.organization)
    for place in (store, sibling):
        for number in range(5):
            order_event(place, f"o-{number}", ADA)
    erasure = confirm(erasure=look(store, everywhere=True), by=None)
    with CaptureQueriesContext(connection) as asked:
        run_until_still(erasure)
    searched = [query["sql"] for query in asked if 'UPDATE integrations_runitem SET "note"' in query["sql"]]
    assert len(searched) == 2
    erasure.refresh_from_db()
    assert (erasure.state, erasure.erased_events) == ("done", 10)


def test_a_second_time_finds_nothing(store: Store) -> None:
    plant(store)
    erase(store)
    again = look(store)
    assert (again.state, again.orders, again.events) == ("found", 0, 0)
