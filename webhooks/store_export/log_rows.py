"""Attempts and history of a store as rows of CSV files, read page by page."""

import json
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from backoffice.database.identifiers import public_id, uuid7_floor, uuid7_time
from backoffice.tenancy.audit import newest_first
from backoffice.tenancy.history_words import which
from backoffice.tenancy.models import AuditEntry, Store
from backoffice.tenancy.transactions import tenant_transaction
from webhooks.delivery_log import CLOCKS_APART, of_store
from webhooks.models import Attempt

_ROWS_AT_ONCE = 500


def attempt_lines(store: Store) -> Iterator[Sequence[object]]:
    """Each try of each delivery, those of the newest delivery first. What was answered is not among it: it is the receiver's."""
    yield [
        _("Delivery"), _("Try"), _("Started (UTC)"), _("URL"), _("Status"), _("Error"), _("What went wrong"),
        _("Address"), _("Time in ms"), _("SHA-256 of the body"),
    ]  # fmt: skip
    last = None
    while True:
        with tenant_transaction(store.organization_id):
            rows = of_store(store).filter(test=False)
            rows = rows.filter(pk__lt=last) if last else rows
            deliveries = list(rows.order_by("-id").values_list("pk", flat=True)[:_ROWS_AT_ONCE])
            tries: dict[object, list[Attempt]] = {pk: [] for pk in deliveries}
            if deliveries:
                # No attempt is older than its delivery, but for clocks that differ: older weeks are not looked into.
                oldest = uuid7_floor(uuid7_time(min(deliveries)) - CLOCKS_APART)
                found = Attempt.objects.filter(delivery_id__in=deliveries, pk__gte=oldest)
                for attempt in found.defer("request_headers", "response_headers", "response_body").order_by(
                    "number", "id"
                ):
                    tries[attempt.delivery_id].append(attempt)
        for pk in deliveries:
            for attempt in tries[pk]:
                yield [
                    public_id("dlv", pk), attempt.number, attempt.started_at.isoformat(timespec="milliseconds"), attempt.url,
                    attempt.status, attempt.error, attempt.error_detail, attempt.remote_address, round(attempt.total_ms, 1),
                    bytes(attempt.body_sha256).hex(),
                ]  # fmt: skip
        if len(deliveries) < _ROWS_AT_ONCE:
            return
        last = deliveries[-1]


def history_lines(store: Store) -> Iterator[Sequence[object]]:
    """Every change of anything in the store, newest first; without secrets, as the history is."""
    yield [_("When (UTC)"), _("Who"), _("Action"), _("Which"), _("Details")]
    entries = AuditEntry.objects.filter(store_id=store.pk).select_related("actor", "store")
    for entry in newest_first(entries, organization_id=store.organization_id):
        yield [
            entry.at.isoformat(timespec="seconds"),
            entry.who,
            entry.action,
            which(entry),
            json.dumps(entry.changes, sort_keys=True, ensure_ascii=False),
        ]
