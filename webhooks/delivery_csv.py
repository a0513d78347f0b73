"""Deliveries as rows of a CSV, newest first, read page by page."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from backoffice.database.identifiers import public_id, uuid7_time
from backoffice.tenancy.models import Store
from backoffice.tenancy.transactions import tenant_transaction
from webhooks.delivery_log import DeliveryFilters, endpoint_of, event_of, filtered, with_names
from webhooks.errors_in_words import explanation
from webhooks.models import Delivery

_ROWS_AT_ONCE = 500


def delivery_lines(store: Store, filters: DeliveryFilters | None) -> Iterator[Sequence[object]]:
    """With a first row of names. Each page is read in a transaction of its own: however many there are, no snapshot is held for long.

    Test orders are left out, as they are of every export. Filters of None match nothing.
    """
    yield [
        _("Delivery"),
        _("Webhook id"),
        _("Event"),
        _("Order id"),
        _("Order number"),
        _("Endpoint"),
        _("State"),
        _("Attempts"),
        _("Last status"),
        _("What went wrong"),
        _("Created (UTC)"),
        _("Next try (UTC)"),
        _("Finished (UTC)"),
        _("Resent from"),
    ]
    last = None
    while filters is not None:
        with tenant_transaction(store.organization_id):
            rows = filtered(store, filters).filter(test=False)
            rows = rows.filter(pk__lt=last) if last else rows
            found = list(with_names(rows).order_by("-id")[:_ROWS_AT_ONCE])
        for delivery in found:
            yield _line(delivery)
        if len(found) < _ROWS_AT_ONCE:
            return
        last = found[-1].pk


def _line(delivery: Delivery) -> list[object]:
    event, endpoint = event_of(delivery), endpoint_of(delivery)
    problem = None
    if delivery.state != Delivery.State.DELIVERED:
        problem = explanation(status=delivery.last_status, error=delivery.last_error, detail=delivery.last_error_detail)
    return [
        delivery.public_id,
        public_id("evt", delivery.event_id),
        delivery.event_type,
        delivery.order_id,
        event.order_number if event else "",
        endpoint.url if endpoint else "",
        delivery.state,
        delivery.attempt_count,
        delivery.last_status,
        problem.what if problem else "",
        *(
            moment.isoformat(timespec="seconds") if moment else ""
            for moment in (uuid7_time(delivery.pk), delivery.due_at, delivery.finished_at)
        ),
        public_id("dlv", delivery.replay_of) if delivery.replay_of else "",
    ]
