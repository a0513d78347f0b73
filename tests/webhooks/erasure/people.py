"""Two customers in stored orders and in all that is kept because of them, and what a dump of the database holds."""

import uuid
from typing import Any

from django.db import connection
from django.utils import timezone

from backoffice.tenancy.models import Mail, Store
from integrations.models import ActionState, Integration, Outage, RunItem, RunMail
from tests.factories.accounts import UserFactory
from tests.factories.integrations import RunFactory
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory, OrderEventFactory
from tests.webhooks.canonical.test_personal import canonical
from tests.webhooks.orders import line, smallest_order
from webhooks.erasure.asking import ask, confirm
from webhooks.erasure.steps import go_on
from webhooks.models import CustomerErasure, OrderEvent

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


def order_event(
    store: Store, order_id: str, customer: dict[str, Any] | None, *, event_id: uuid.UUID | None = None, **fields: Any
) -> OrderEvent:
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
    given = {"id": event_id} if event_id else {}
    made: OrderEvent = OrderEventFactory.create(store=store, order_id=order_id, order_json=canonical(order), **given)
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
    run = RunFactory.create(
        integration__store=store,
        problem=f"No answer for {EMAIL}",
        parameters={"who": f"for {EMAIL}", "day": "2026-11-30"},
        only=["cus_canary", "1043"],
    )
    RunItem.objects.create(run=run, key=EMAIL, outcome="skipped")
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
    Outage.objects.create(integration=run.integration, began_at=timezone.now(), problem=f"{EMAIL} was refused")
