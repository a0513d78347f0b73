"""A customer is found in stored orders and erased from them and from all that was kept because of them, and nobody else is."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Mail, Organization, Store
from integrations.models import ActionState, Integration, RunItem, RunMail
from tests.factories.accounts import UserFactory
from tests.factories.integrations import RunFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory, OrderEventFactory
from tests.webhooks.canonical.test_personal import canonical
from tests.webhooks.orders import line, smallest_order
from webhooks.attempt_details import webhook_body
from webhooks.canonical.order import Order
from webhooks.erasure import asking, erasing, looking
from webhooks.erasure.asking import NotFoundYetError, TooManyError, ask, cancel, confirm
from webhooks.erasure.identities import NothingToLookForError, keyed_hash, spelled
from webhooks.erasure.steps import go_on
from webhooks.models import CustomerErasure, FoundOrder, OrderEvent
from webhooks.tasks import erase_customers

pytestmark = pytest.mark.django_db

EMAIL = "Canary.Byron@example.com"
PHONE = "+1 (212) 555-0142"
ADA = {"id": "cus_canary", "first_name": "Canaryada", "last_name": "Canarybyron", "email": EMAIL, "phone": PHONE}
BOB = {
    "id": "cus_bob",
    "first_name": "Bob",
    "last_name": "Other",
    "email": "bob@example.com",
    "phone": "+44 20 5550 999",
}
CANARIES = ("canary", "212) 555", "2125550142")


@pytest.fixture(autouse=True)
def _seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SETTLED_AFTER", -timedelta(milliseconds=2))


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


def order_event(store: Store, order_id: str, customer: dict[str, Any] | None, **fields: Any) -> OrderEvent:
    """An event whose order names the customer wherever one can be named."""
    name = (customer or {}).get("first_name", "nobody")
    order = smallest_order(
        id=order_id,
        customer=customer,
        employee={"id": "emp_7", "name": "Maria"},
        line_items=[line(note=f"For {name}")],
        metadata={"booked_for": name},
        **fields,
    )
    made: OrderEvent = OrderEventFactory.create(store=store, order_id=order_id, order_json=canonical(order))
    return made


def run_until_still(erasure: CustomerErasure) -> CustomerErasure:
    while go_on(erasure.pk):
        pass
    erasure.refresh_from_db()
    return erasure


def look(store: Store, kind: str = "email", text: str = EMAIL, *, everywhere: bool = False) -> CustomerErasure:
    made = ask(
        organization=store.organization,
        store=None if everywhere else store,
        kind=kind,
        text=text,
        by=UserFactory.create(),
    )
    return run_until_still(made)


def erase(store: Store, kind: str = "email", text: str = EMAIL, *, everywhere: bool = False) -> CustomerErasure:
    return run_until_still(confirm(erasure=look(store, kind, text, everywhere=everywhere), by=UserFactory.create()))


def dump() -> str:
    """Every row of every table as text; bytes as they are and as the text they may be."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows: list[str] = []
        for table in tables:
            cursor.execute(f'SELECT t.* FROM "{table}" t')
            for row in cursor.fetchall():
                rows += [
                    bytes(cell).decode(errors="replace") if isinstance(cell, memoryview | bytes) else str(cell)
                    for cell in row
                ]
    assert len(tables) > 50
    return "\n".join(rows).lower()


def plant(store: Store) -> None:
    """The customer in everything that is kept of two orders, and another customer in a third."""
    endpoint = EndpointFactory.create(store=store)
    events = [
        order_event(store, "o-1", None),
        order_event(store, "o-1", {**ADA, "email": None}),
        order_event(store, "o-1", ADA),
        order_event(store, "o-2", {**ADA, "email": EMAIL.lower(), "phone": "12125550142"}),
        order_event(store, "o-3", BOB),
    ]
    for event in events:
        delivery = DeliveryFactory.create(delivered=True, event=event, endpoint=endpoint)
        AttemptFactory.create(
            delivery=delivery,
            response_body=f"thanks {event.order_json}".encode(),
            response_headers=[["location", f"/customers/{EMAIL if event.order_id != 'o-3' else 'bob@example.com'}"]],
        )
    run = RunFactory.create(integration__store=store, problem=f"No answer for {EMAIL}")
    RunItem.objects.create(run=run, key="1042", outcome="failed", note="Canaryada Canarybyron was refused", hint="Ask")
    RunItem.objects.create(run=run, key="1043", outcome="failed", note="bob@example.com was refused", hint="Ask Bob")
    RunMail.objects.create(run=run, to=EMAIL, subject="Your code", text="Dear Canaryada")
    RunMail.objects.create(run=run, to="bob@example.com", subject="Your code", text="Dear Bob")
    for to in (EMAIL, "bob@example.com"):
        Mail.objects.create(
            organization=store.organization, store=store, to=to, kind="run", about=str(run.pk),
            due_at=timezone.now(), expires_at=timezone.now(), facts={"dear": to},
        )  # fmt: skip
    ActionState.objects.create(integration=run.integration, action="x", problem=f"{EMAIL} bounced")
    Integration.objects.filter(pk=run.integration_id).update(last_error=f"{PHONE} is no number")


def test_nothing_of_the_customer_is_left_in_a_dump_of_the_database(store: Store) -> None:
    plant(store)
    before = dump()
    assert all(canary in before for canary in CANARIES)
    found = look(store)
    assert (found.state, found.orders, found.events, found.tries) == ("found", 2, 4, 4)
    assert found.looked_at == 5
    assert all(canary in dump() for canary in CANARIES)
    done = run_until_still(confirm(erasure=found, by=UserFactory.create()))
    assert (done.state, done.wanted_ciphertext) == ("done", None)
    after = dump()
    assert not [canary for canary in CANARIES if canary in after]
    assert (done.erased_events, done.cleared_tries, done.removed_mails) == (4, 4, 2)
    assert done.cleared_notes == 4


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
    assert RunMail.objects.get().to == Mail.objects.get().to == "bob@example.com"
    assert bytes(AttemptFactory._meta.model.objects.get(delivery__event__order_id="o-3").response_body).startswith(
        b"thanks"
    )


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
        "looked_for_by": "email", "keyed_sha256": hashed, "events": 4, "tries": 4, "mails": 2, "notes": 4,
    }  # fmt: skip
    assert entries[-1].actor == CustomerErasure.objects.get().confirmed_by
    assert keyed_hash("phone", EMAIL.lower()) != hashed


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


def test_a_second_time_finds_nothing(store: Store) -> None:
    plant(store)
    erase(store)
    again = look(store)
    assert (again.state, again.orders, again.events) == ("found", 0, 0)


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
