"""Erasing a customer from an order's events, and from what else was kept because of them."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

import orjson
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from webhooks.canonical.personal import without_customer
from webhooks.delivery.lane import READ_FOR_SECONDS
from webhooks.delivery.record import ANSWER_KEPT_FOR
from webhooks.erasure.notes import Identities, clear_notes, remove_mails
from webhooks.models import CustomerErasure, FoundOrder, OrderEvent

#: Events that one step rewrites; an order may have up to 1 MB in each.
EVENTS_AT_A_TIME = 100
#: No answer is recorded later, from when a worker read the order: it waits there, is sent, and its answer is kept within these times. A
#: minute is for clocks that differ.
ANSWERED_AFTER = timedelta(seconds=READ_FOR_SECONDS) + ANSWER_KEPT_FOR + timedelta(minutes=1)

_REWRITE = """
UPDATE webhooks_orderevent e SET order_json = new.order_json
FROM unnest(%(ids)s::uuid[], %(orders)s::text[]) AS new(id, order_json)
WHERE e.id = new.id AND e.id = ANY(%(ids)s::uuid[])
"""
# An integration's call is its provider's own, which may have put the customer into the address: of such a one the host is left. OFFSET 0
# keeps both lookups by key, whatever the planner thinks of the number of integrations.
_URL = """COALESCE((
    SELECT substring(a.url FROM '^[^:]*://[^/?#]*') || '/' FROM (
        SELECT integration_id, url FROM webhooks_endpoint
        WHERE id = (SELECT endpoint_id FROM webhooks_delivery WHERE id = a.delivery_id) OFFSET 0
    ) e WHERE e.integration_id IS NOT NULL AND e.url <> a.url
), a.url)"""
# Tries are found by their deliveries alone: a bound on their ids would have them read by it, those of everybody since that day.
_CLEAR_TRIES = f"""
UPDATE webhooks_attempt a SET response_headers = '[]', response_body = '', url = {_URL}
WHERE (a.response_body <> '' OR a.response_headers <> '[]' OR a.url <> {_URL}) AND a.delivery_id = ANY(ARRAY(
    SELECT d.id FROM webhooks_delivery d WHERE d.event_id = ANY(%(events)s::uuid[])
))
"""  # noqa: S608  # nothing but a constant is put in


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
    known = Identities()
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
    erasure.removed_mails += remove_mails(erasure.organization_id, store_id, known)
    erasure.cleared_notes += clear_notes(store_id, known)


def _clear_tries(events: list[uuid.UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR_TRIES, {"events": events})
        return int(cursor.rowcount)
