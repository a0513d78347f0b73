"""Giving up on endpoints that have not taken anything for days; the clock is the database's."""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from webhooks import endpoints
from webhooks.models import Endpoint

DEAD_AFTER = timedelta(days=5)
FEWEST_TRIES = 20
#: One that has not been tried for so long, since nothing was to be sent or no license allowed it, gets another try first.
TRIED_WITHIN = timedelta(hours=30)

_DEAD = """
SELECT endpoint.id FROM webhooks_lane lane JOIN webhooks_endpoint endpoint ON endpoint.id = lane.endpoint_id
WHERE endpoint.state = 'enabled' AND endpoint.deleted_at IS NULL
  AND lane.failing_since <= statement_timestamp() - make_interval(secs => %(dead_after)s) AND lane.consecutive_failures >= %(tries)s
  AND lane.window_started_at > statement_timestamp() - make_interval(secs => %(tried_within)s)
"""
_STILL_DEAD = f"{_DEAD} AND endpoint.id = %(endpoint)s"


def disable_dead() -> int:
    """Disable every endpoint without a success for five days and at least twenty tries; returns how many there were."""
    return sum(_disable(endpoint) for endpoint in _find(_DEAD))


@transaction.atomic
def _disable(endpoint: UUID) -> bool:
    """The clock is read again once the endpoint is locked: somebody may have mended it."""
    Endpoint.objects.select_for_update(of=("self",)).filter(pk=endpoint).first()
    if not _find(_STILL_DEAD, endpoint=endpoint):
        return False
    reason = _("No try has succeeded for %(days)d days.") % {"days": DEAD_AFTER.days}
    endpoints.disable(endpoint_id=endpoint, reason=reason)
    return True


def _find(sql: str, *, endpoint: UUID | None = None) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "dead_after": DEAD_AFTER.total_seconds(),
                "tries": FEWEST_TRIES,
                "tried_within": TRIED_WITHIN.total_seconds(),
                "endpoint": endpoint,
            },
        )
        return [endpoint for (endpoint,) in cursor.fetchall()]
