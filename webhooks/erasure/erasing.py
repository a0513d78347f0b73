"""Erasing a customer from an order's events, and from what else was kept because of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from webhooks.canonical.personal import without_customer
from webhooks.delivery.lane import READ_FOR_SECONDS
from webhooks.delivery.record import ANSWER_KEPT_FOR
from webhooks.erasure.identities import FEWEST_DIGITS, digits_of
from webhooks.models import CustomerErasure, FoundOrder, OrderEvent

#: Events that one step rewrites; an order may have up to 1 MB in each.
EVENTS_AT_A_TIME = 100
#: No answer is recorded later, from when a worker read the order: it waits there, is sent, and its answer is kept within these times. A
#: minute is for clocks that differ.
ANSWERED_AFTER = timedelta(seconds=READ_FOR_SECONDS) + ANSWER_KEPT_FOR + timedelta(minutes=1)
#: A name of fewer letters would be found in words that mean something else.
SHORTEST_NAME = 6

_REWRITE = """
UPDATE webhooks_orderevent e SET order_json = new.order_json
FROM unnest(%(ids)s::uuid[], %(orders)s::text[]) AS new(id, order_json)
WHERE e.id = new.id AND e.id = ANY(%(ids)s::uuid[])
"""
# Tries are found by their deliveries alone: a bound on their ids would have them read by it, those of everybody since that day.
_CLEAR_TRIES = """
UPDATE webhooks_attempt a SET response_headers = '[]', response_body = ''
WHERE (a.response_body <> '' OR a.response_headers <> '[]') AND a.delivery_id = ANY(ARRAY(
    SELECT d.id FROM webhooks_delivery d WHERE d.event_id = ANY(%(events)s::uuid[])
))
"""
_REMOVE_RUN_MAILS = """
DELETE FROM integrations_runmail m USING integrations_run r, integrations_integration i
WHERE m.run_id = r.id AND r.integration_id = i.id AND i.store_id = %(store)s AND lower(m."to") = ANY(%(emails)s)
"""
# To members go other mails, which say nothing of customers.
_REMOVE_MAILS = """
DELETE FROM tenancy_mail WHERE organization_id = %(organization)s AND user_id IS NULL AND lower("to") = ANY(%(emails)s)
"""
#: Where what a service said of an order may have been noted: table, column, and how it belongs to the integrations of a store.
_NOTES = (
    (
        "integrations_runitem",
        "note",
        "run_id IN (SELECT id FROM integrations_run WHERE integration_id IN ({integrations}))",
    ),
    (
        "integrations_runitem",
        "hint",
        "run_id IN (SELECT id FROM integrations_run WHERE integration_id IN ({integrations}))",
    ),
    ("integrations_run", "problem", "integration_id IN ({integrations})"),
    ("integrations_actionstate", "problem", "integration_id IN ({integrations})"),
    ("integrations_integration", "last_error", "id IN ({integrations})"),
    ("integrations_outage", "problem", "integration_id IN ({integrations})"),
)
_INTEGRATIONS = "SELECT id FROM integrations_integration WHERE store_id = %(store)s"
_CLEAR_NOTES = tuple(
    f"""
    UPDATE {table} SET {column} = '' WHERE {column} <> '' AND {belongs.format(integrations=_INTEGRATIONS)}
      AND EXISTS (SELECT FROM unnest(%(words)s::text[]) AS word WHERE position(word IN lower({column})) > 0)
    """  # noqa: S608  # nothing but constants is put in
    for table, column, belongs in _NOTES
)


@dataclass(slots=True)
class _Identities:
    """What the orders that are being rewritten said of their customers: for mails and notes that were made from it.

    Tills hold "0" and "-" as numbers too: what is no whole number is no word, for it would be found in notes about anybody.
    """

    emails: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def add(self, customer: Any) -> None:
        if not isinstance(customer, dict):
            return
        email, phone = (str(customer.get(name) or "").lower() for name in ("email", "phone"))
        name = f"{customer.get('first_name') or ''} {customer.get('last_name') or ''}".strip().lower()
        if email:
            self.emails.add(email)
            self.words.add(email)
        if len(digits_of(phone)) >= FEWEST_DIGITS:
            self.words.add(phone)
        if len(name) >= SHORTEST_NAME and " " in name:
            self.words.add(name)


def erase_next(erasure: CustomerErasure) -> bool:
    """Rewrite the next events of the next orders that were found in a store; False where there is none left. Saves nothing of `erasure`.

    Notes and mails lie by no customer: all that a store has are read, so that is done once for as many orders as a step holds.
    """
    left = FoundOrder.objects.filter(erasure=erasure, erased_at__isnull=True).order_by("store_id", "order_id")
    found = list(left[:EVENTS_AT_A_TIME])
    if not found:
        return False
    orders = [order for order in found if order.store_id == found[0].store_id]
    events: list[tuple[uuid.UUID, str]] = []
    gone_through = []
    for order in orders:
        room = EVENTS_AT_A_TIME - len(events)
        if not room:
            break
        taken = _events_of(order, most=room)
        if taken:
            order.at_event = taken[-1][0]
        if len(taken) < room:
            order.erased_at = timezone.now()
        events += taken
        gone_through.append(order)
    if events:
        _erase(erasure, orders[0].store_id, events)
    FoundOrder.objects.bulk_update(gone_through, ["at_event", "erased_at"])
    return True


def _events_of(order: FoundOrder, *, most: int) -> list[tuple[uuid.UUID, str]]:
    """Its next events, locked, for another erasure may be at the same order, of a couple that shares an address."""
    rows = OrderEvent.objects.filter(store_id=order.store_id, order_id=order.order_id).order_by("id")
    rows = rows.filter(pk__gt=order.at_event) if order.at_event else rows
    return list(rows.select_for_update().values_list("pk", "order_json")[:most])


@transaction.atomic
def tidy_up() -> bool:
    """Look once more at the tries of an order that was erased a while ago: one that was under way then may have been answered since.

    False where there is none, or another process is at it.
    """
    before = timezone.now() - ANSWERED_AFTER
    rows = FoundOrder.objects.select_for_update(skip_locked=True)
    order = rows.filter(erased_at__lt=before).order_by("erased_at", "pk").first()
    if order is None:
        return False
    events = OrderEvent.objects.filter(store_id=order.store_id, order_id=order.order_id).order_by("id")
    if ids := list(events.values_list("pk", flat=True)):
        cleared = _clear_tries(ids)
        CustomerErasure.objects.filter(pk=order.erasure_id).update(cleared_tries=F("cleared_tries") + cleared)
    order.delete()
    return True


def _erase(erasure: CustomerErasure, store_id: uuid.UUID, events: Sequence[tuple[uuid.UUID, str]]) -> None:
    known = _Identities()
    rewritten: dict[uuid.UUID, str] = {}
    for pk, order_json in events:
        bare = without_customer(order_json)
        if bare != order_json:
            known.add(orjson.loads(order_json).get("customer"))
            rewritten[pk] = bare
    with connection.cursor() as cursor:
        cursor.execute(_REWRITE, {"ids": list(rewritten), "orders": list(rewritten.values())})
    erasure.cleared_tries += _clear_tries([pk for pk, _order in events])
    erasure.erased_events += len(rewritten)
    if known.emails:
        emails = sorted(known.emails)
        erasure.removed_mails += _run(_REMOVE_RUN_MAILS, store=store_id, emails=emails)
        erasure.removed_mails += _run(_REMOVE_MAILS, organization=erasure.organization_id, emails=emails)
    if known.words:
        words = sorted(known.words)
        erasure.cleared_notes += sum(_run(statement, store=store_id, words=words) for statement in _CLEAR_NOTES)


def _clear_tries(events: list[uuid.UUID]) -> int:
    return _run(_CLEAR_TRIES, events=events)


def _run(statement: str, **parameters: uuid.UUID | list[uuid.UUID] | list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
