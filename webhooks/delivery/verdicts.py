"""What answers say of whole endpoints: this URL is confirmed, this endpoint wants no more."""

import uuid

from backoffice.database.statements import run_held
from webhooks import endpoints
from webhooks.delivery.lane import LeasedLane
from webhooks.delivery.outcome import DELIVERED, Outcome

# Whoever changed the URL meanwhile has another one confirmed.
_CONFIRM = """
UPDATE webhooks_endpoint endpoint SET confirmed_at = statement_timestamp()
FROM unnest(%(endpoints)s::uuid[], %(urls)s::text[]) AS answered(id, url)
WHERE endpoint.id = answered.id AND endpoint.url = answered.url AND endpoint.confirmed_at IS NULL
"""


class Verdicts:
    """Collects them as answers come in; they are carried out when answers have been written back, these or those before."""

    def __init__(self) -> None:
        self._disable: dict[uuid.UUID, str] = {}
        self._confirm: dict[uuid.UUID, str] = {}

    def hear(self, lane: LeasedLane, url: str, outcome: Outcome) -> None:
        """`url` is the endpoint's own as it was when the request was made."""
        if outcome.disable:
            self._disable[lane.claimed.endpoint_id] = outcome.disable
        if not lane.confirmed and outcome.state == DELIVERED and url == lane.target.url:
            lane.confirmed = True
            self._confirm[lane.claimed.endpoint_id] = url

    def carry_out(self) -> None:
        """Raises database errors; what was not done then is done by the next call, or follows from the next answer."""
        if self._confirm:
            run_held(_CONFIRM, {"endpoints": list(self._confirm), "urls": list(self._confirm.values())})
            self._confirm.clear()
        for endpoint_id, reason in list(self._disable.items()):
            endpoints.disable(endpoint_id=endpoint_id, reason=reason)
            del self._disable[endpoint_id]
