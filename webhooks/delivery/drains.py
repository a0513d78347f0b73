"""Who is draining: each drain holds a lock in the database for as long as its connection lives, so the dead are missed at once."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from secrets import randbits

from backoffice.database.statements import run_held

_SPACE = 0x77656268
# The lease token begins with the number of the drain that took it.
_HOLDERS = f"""
SELECT objid::bigint AS drain FROM pg_locks
WHERE locktype = 'advisory' AND classid = {_SPACE} AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""  # noqa: S608  # nothing but constants is put in

_CENSUS = f"""
SELECT (SELECT count(*) FROM ({_HOLDERS}) AS holders),
    (SELECT count(*) FROM webhooks_lane WHERE lease_until IS NOT NULL),
    (SELECT count(*) FROM webhooks_lane WHERE next_due_at <= statement_timestamp() AND lease_until IS NULL)
"""  # noqa: S608  # nothing but constants is put in

_ORPHANS = f"""
SELECT id, lease_token FROM webhooks_lane
WHERE lease_until > statement_timestamp()
  AND ('x' || left(lease_token::text, 8))::bit(32)::bigint NOT IN ({_HOLDERS})
"""  # noqa: S608  # nothing but constants is put in

_FREE = """
UPDATE webhooks_lane SET lease_until = statement_timestamp() - interval '1 second'
WHERE id IN (
    SELECT lane.id FROM webhooks_lane lane
    JOIN unnest(%(lanes)s::bigint[], %(tokens)s::uuid[]) AS orphan(id, token) ON orphan.id = lane.id
    WHERE lane.lease_token = orphan.token ORDER BY lane.id FOR NO KEY UPDATE OF lane
)
"""


@dataclass(frozen=True, slots=True)
class Census:
    """How many drains are at work, lanes leased by any of them, and due lanes that nobody holds."""

    drains: int
    leased: int
    unclaimed: int

    @property
    def fair_share(self) -> int:
        """The lanes one drain should hold, so that each of them is equally busy."""
        return -(-(self.leased + self.unclaimed) // max(1, self.drains))


def new_number() -> int:
    """A drain's number: 31 random bits."""
    return randbits(31)


def new_token(number: int) -> uuid.UUID:
    """A lease token of this drain, never used before."""
    return uuid.UUID(int=(number << 96) | randbits(96))


def sign_in(number: int) -> None:
    """Be counted, and keep the leases, until `sign_out` or the end of the connection."""
    run_held(f"SELECT pg_advisory_lock({_SPACE}, %(number)s::int)", {"number": number})


def sign_out(number: int) -> None:
    run_held(f"SELECT pg_advisory_unlock({_SPACE}, %(number)s::int)", {"number": number})


def census() -> Census:
    """Who is at work; costs about as much as a claim, so ask once a second."""
    return Census(*run_held(_CENSUS, {})[0])


def orphans() -> set[tuple[int, uuid.UUID]]:
    """Leases whose drain has no connection now. After a restart of the database that is every drain, for a moment: look twice."""
    return {(lane, token) for lane, token in run_held(_ORPHANS, {})}


def free(leases: Collection[tuple[int, uuid.UUID]]) -> None:
    """End these leases, so that the next claim takes the lanes; whoever comes back to one is refused by its token."""
    if leases:
        run_held(_FREE, {"lanes": [lane for lane, _token in leases], "tokens": [token for _lane, token in leases]})
