"""One log line for each attempt that was written back, with the ids by which everything about it is found."""

import logging
import uuid
from collections.abc import Iterable

from backoffice.database.identifiers import public_id
from webhooks.delivery.record import Finished

logger = logging.getLogger(__name__)

MESSAGE = "Attempt %d of a delivery: %s"


def log_attempts(
    store_id: uuid.UUID | None, endpoint_id: uuid.UUID, results: Iterable[Finished], *, late: bool
) -> None:
    """Of a lane that several stores share, each line names the store of its delivery. `request_id` is that of the call that posted the event.

    The lines are made by hand: looking up who calls, as the logging module does, would double what they cost.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    ids = {"store_id": public_id("sto", store_id) if store_id else "", "endpoint_id": public_id("ep", endpoint_id)}
    for each in results:
        state = "late" if late else each.outcome.state
        record = logging.LogRecord(
            logger.name, logging.INFO, __file__, 0, MESSAGE, (each.attempts_made, state), None, "log_attempts"
        )
        record.__dict__.update(
            ids,
            harmless=True,
            delivery_id=public_id("dlv", each.delivery_id),
            event_id=public_id("evt", each.event_id) if each.event_id else "",
            request_id=each.request_id,
            attempt=each.attempts_made,
            state=state,
            error=each.outcome.error,
        )
        if each.store_id and not store_id:
            record.__dict__["store_id"] = public_id("sto", each.store_id)
        if each.result is not None:
            record.__dict__.update(status=each.result.status, duration_ms=round(each.result.timings.total_ms, 1))
        logger.handle(record)
