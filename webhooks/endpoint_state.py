"""What one endpoint's page says of its state: whether its URL was confirmed, since when it fails, and when it is tried next."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _

from webhooks.errors_in_words import explanation
from webhooks.models import Delivery, Endpoint, Lane, Recovery
from webhooks.park_reasons import reason_in_words


@dataclass(frozen=True, slots=True)
class EndpointState:
    """`unconfirmed` says why its URL is not confirmed, and is empty where it is; times are None where there is nothing to say."""

    unconfirmed: str
    failing_since: datetime | None
    next_try: datetime | None
    recovery: Recovery | None


def endpoint_state(endpoint: Endpoint) -> EndpointState:
    """In four queries at most, each answered by an index, however much waits."""
    lanes = Lane.objects.filter(endpoint=endpoint)
    failing_since = lanes.aggregate(since=Min("failing_since"))["since"]
    return EndpointState(
        unconfirmed=_unconfirmed(endpoint),
        failing_since=failing_since,
        next_try=_next_try(lanes) if failing_since and endpoint.state == Endpoint.State.ENABLED else None,
        recovery=Recovery.objects.filter(endpoint=endpoint, finished_at__isnull=True).first(),
    )


def _next_try(lanes: QuerySet[Lane]) -> datetime | None:
    lane = lanes.order_by("shard").first()
    if lane is None:
        return None
    due = Delivery.objects.filter(lane=lane, state=Delivery.State.DUE)
    times = [
        found
        for kind in (due.filter(attempt_count=0), due.filter(attempt_count__gt=0))
        if (found := kind.order_by("due_at").values_list("due_at", flat=True).first())
    ]
    return max(filter(None, (min(times), lane.open_until, lane.paused_until))) if times else None


def _unconfirmed(endpoint: Endpoint) -> str:
    """An integration's own endpoint is its provider's to know, so nothing is said of it."""
    if endpoint.confirmed_at is not None or endpoint.integration_id is not None:
        return ""
    last = Delivery.objects.filter(endpoint=endpoint).order_by("-id").first()
    if last is None:
        return _("Nothing was sent to this URL yet.")
    if last.state == Delivery.State.PARKED:
        return reason_in_words(last.last_error) if last.last_error else _("The endpoint is not called at the moment.")
    told = explanation(status=last.last_status, error=last.last_error, detail=last.last_error_detail)
    if told is None:
        return _("A signed test event is on its way; its answer shows up here.")
    return " ".join(filter(None, (told.what, told.cause, told.advice)))
