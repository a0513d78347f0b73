"""How the orders of integrations go out, from their endpoints' lanes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from backoffice.database.identifiers import public_id
from backoffice.database.statements import run
from integrations.order_health import OrderHealth
from webhooks.errors_in_words import explanation
from webhooks.models import Endpoint

# The newest delivery that was tried is looked for only where a lane fails. A lane that works was last served with success, once there was one:
# it is served to see that nothing is due, too. LEAST leaves out what is null.
_HEALTH = """
SELECT endpoint.integration_id, endpoint.id, endpoint.state, endpoint.state_reason, endpoint.state_changed_at, lane.failing_since,
    CASE WHEN lane.failing_since IS NULL AND figures.hour IS NOT NULL
        THEN GREATEST(figures.hour, LEAST(lane.served_at, figures.hour + interval '1 hour'))
    ELSE figures.hour END,
    tried.last_status, tried.last_error, tried.last_error_detail
FROM webhooks_endpoint endpoint
CROSS JOIN LATERAL (
    SELECT min(failing_since) AS failing_since, max(served_at) AS served_at
    FROM webhooks_lane WHERE webhooks_lane.endpoint_id = endpoint.id
) lane
LEFT JOIN LATERAL (
    SELECT hour FROM webhooks_hourlyfigures
    WHERE webhooks_hourlyfigures.endpoint_id = endpoint.id AND succeeded > 0 ORDER BY hour DESC LIMIT 1
) figures ON true
LEFT JOIN LATERAL (
    SELECT last_status, last_error, last_error_detail FROM webhooks_delivery
    WHERE webhooks_delivery.endpoint_id = endpoint.id AND attempt_count > 0 AND lane.failing_since IS NOT NULL
    ORDER BY id DESC LIMIT 1
) tried ON true
WHERE endpoint.deleted_at IS NULL AND endpoint.integration_id = ANY(%(integrations)s)
"""
_FAILING = """
SELECT DISTINCT endpoint.integration_id FROM webhooks_lane lane JOIN webhooks_endpoint endpoint ON endpoint.id = lane.endpoint_id
WHERE lane.failing_since <= %(before)s AND endpoint.integration_id > %(after)s AND endpoint.deleted_at IS NULL
ORDER BY endpoint.integration_id LIMIT %(most)s
"""
_AT_ONCE = 500


class HubHealth:
    """Keeps `integrations.order_health.OrdersOut`."""

    def health_of(self, integrations: Collection[UUID]) -> Mapping[UUID, OrderHealth]:
        rows = run(_HEALTH, {"integrations": list(integrations)}) if integrations else []
        return {
            integration: replace(_health(*rest), endpoint=public_id("ep", endpoint))
            for integration, endpoint, *rest in rows
        }

    def failing_since(self, before: datetime) -> Iterator[Mapping[UUID, OrderHealth]]:
        after = UUID(int=0)
        while ids := [one for (one,) in run(_FAILING, {"before": before, "after": after, "most": _AT_ONCE})]:
            found = self.health_of(ids)
            yield {integration: health for integration, health in found.items() if health.failing_since}
            after = ids[-1]


def _health(
    state: str,
    reason: str,
    changed_at: datetime,
    failing_since: datetime | None,
    last_success_at: datetime | None,
    *tried: Any,
) -> OrderHealth:
    """A pause that somebody chose is no failure; an endpoint that was switched off is one, whatever its lane says."""
    if state == Endpoint.State.PAUSED:
        return OrderHealth(last_success_at=last_success_at, paused=True)
    if state == Endpoint.State.DISABLED:
        words = _(
            "Orders are no longer sent, and kept meanwhile: %(reason)s Correct it, then press Resume on the Order Webhook page."
        )
        return OrderHealth(failing_since or changed_at, words % {"reason": reason}, last_success_at)
    if failing_since is None:
        return OrderHealth(last_success_at=last_success_at)
    status, error, detail = tried
    told = explanation(status=status, error=error or "", detail=detail or "")
    words = " ".join(filter(None, (told.what, told.cause, told.advice))) if told else ""
    return OrderHealth(
        failing_since, words or _("Orders do not arrive; they are kept and tried again."), last_success_at
    )
