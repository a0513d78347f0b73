"""The files of a store's export, each made a page at a time while it is downloaded."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.utils.translation import gettext as _

from backoffice.tenancy.models import Store
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web.csv_files import csv_text
from backoffice.web.zip_files import ZippedFile
from webhooks.attempt_details import webhook_body
from webhooks.delivery_csv import delivery_lines
from webhooks.delivery_log import DeliveryFilters
from webhooks.event_log import EventFilters, events_of
from webhooks.event_types import API_VERSION
from webhooks.store_export.log_rows import attempt_lines, history_lines
from webhooks.store_export.settings_files import endpoints, integrations, store_facts

_EVENTS_AT_ONCE = 500


def files(store: Store) -> Iterator[ZippedFile]:
    """All that is kept of the store, and a file that says what is what. No secret is among it, and no test order."""
    yield ZippedFile("README.txt", [_explained(store).encode()])
    yield ZippedFile("store.json", [_json(store_facts(store))])
    yield ZippedFile("orders.ndjson", _orders(store))
    yield ZippedFile("deliveries.csv", _csv(delivery_lines(store, DeliveryFilters())))
    yield ZippedFile("attempts.csv", _csv(attempt_lines(store)))
    yield ZippedFile("integrations.json", _read(store, integrations))
    yield ZippedFile("endpoints.json", _read(store, endpoints))
    yield ZippedFile("history.csv", _csv(history_lines(store)))


def _orders(store: Store) -> Iterator[bytes]:
    """Every order event as the body of its webhook, oldest first, one a line. A page of them is a transaction of its own."""
    position = None
    while True:
        with tenant_transaction(store.organization_id):
            page = events_of(store, EventFilters(test=False), ascending=True, after=position, limit=_EVENTS_AT_ONCE)
            lines = [webhook_body(event, API_VERSION) for event in page.events]
        if lines:
            yield "".join(f"{line}\n" for line in lines).encode()
        if not page.has_more:
            return
        position = page.position


def _csv(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    return (text.encode() for text in csv_text(rows))


def _read(store: Store, made: Callable[[Store], Any]) -> Iterator[bytes]:
    with tenant_transaction(store.organization_id):
        content = _json(made(store))
    yield content


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _explained(store: Store) -> str:
    lines = [
        _("Export of the store %(store)s") % {"store": store},
        "",
        _("store.json: the store itself."),
        _(
            "orders.ndjson: every order event that is kept, oldest first, one JSON object a line, each as a webhook carries it."
        ),
        _("deliveries.csv: every delivery of an event to an endpoint, newest first, and what became of it."),
        _("attempts.csv: every try of each delivery. Delivery is the id in deliveries.csv."),
        _("integrations.json: the store's integrations with their settings. Of secrets there are the names alone."),
        _(
            "endpoints.json: the store's webhook endpoints. Of headers there are the names alone, and no signing secret."
        ),
        _("history.csv: every change in the store, by whom and when."),
        "",
        _("Moments are in UTC. Amounts are whole numbers in the currency's smallest unit. Test orders are left out."),
        _("These files hold personal data of customers: keep them as you keep the orders themselves."),
        "",
    ]
    return "\n".join(lines)
