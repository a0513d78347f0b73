"""Which of the claimed lanes may be called now; what waits in the others is parked with the reason, never lost."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from time import monotonic

from integrations.listings import slugs_switched_off
from licensing.entitlements import enterprise_organizations, licensed_stores
from webhooks.delivery.claim import Claimed, shelve, shelve_rows
from webhooks.delivery.fetch import DueDelivery
from webhooks.delivery.lane import LeasedLane
from webhooks.models import Delivery, Endpoint
from webhooks.park_reasons import (
    DEACTIVATED,
    DELETED,
    DISABLED,
    NOT_AVAILABLE,
    NOT_ENTERPRISE,
    PAUSED,
    UNLICENSED,
    reason_in_words,
)

#: How long an answer about a license, a level or a provider is used again, in seconds.
MEMORY = 1.0
_MOST_REMEMBERED = 10_000


class _Remembered:
    """For a moment, which of some ids `ask` said yes to."""

    def __init__(self, ask: Callable[[set[uuid.UUID]], set[uuid.UUID]]) -> None:
        self._ask = ask
        self._known: dict[uuid.UUID, tuple[float, bool]] = {}

    def among(self, ids: Iterable[uuid.UUID | None]) -> set[uuid.UUID]:
        """Those that it holds for; at most one query."""
        now, asked = monotonic(), {each for each in ids if each is not None}
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        unknown = {each for each in asked if each not in self._known or self._known[each][0] < now}
        if unknown:
            found = self._ask(unknown)
            self._known.update((each, (now + MEMORY, each in found)) for each in unknown)
        return {each for each in asked if self._known[each][1]}


class Triage:
    """Sorts claimed lanes, and what was read of those that several stores share.

    It remembers for a moment which providers are switched off, and, of shared lanes, who has a license and the level.
    """

    def __init__(self) -> None:
        self._licensed = _Remembered(licensed_stores)
        self._enterprise = _Remembered(enterprise_organizations)
        self._off: tuple[float, frozenset[str]] = (0.0, frozenset())

    def sort(self, claimed: Sequence[Claimed]) -> dict[int, str]:
        """The reason, by lane, why it may not be called; lanes that may are not in it. At most one query, for the providers."""
        off = self._switched_off() if any(lane.provider for lane in claimed) else frozenset()
        reasons = {lane.lane_id: _reason(lane, off) for lane in claimed}
        return {lane_id: reason for lane_id, reason in reasons.items() if reason}

    def turn_away(self, rows: Sequence[DueDelivery], lanes: Mapping[int, LeasedLane]) -> set[uuid.UUID]:
        """Park what was read of leased lanes that several stores share and may not be sent now; the ids of it.

        A store may have lost its license, and a lane that is held for long its organization's level.
        """
        licensed = self._licensed.among(row.store_id for row in rows)
        enterprise = self._enterprise.among(lanes[row.lane_id].claimed.organization_id for row in rows)
        away: dict[str, list[DueDelivery]] = {NOT_ENTERPRISE: [], UNLICENSED: []}
        for row in rows:
            if lanes[row.lane_id].claimed.organization_id not in enterprise:
                away[NOT_ENTERPRISE].append(row)
            elif row.store_id not in licensed:
                away[UNLICENSED].append(row)
        for reason, found in away.items():
            if found:
                held = {lanes[row.lane_id].token for row in found}
                shelve_rows({row.id for row in found}, held, reason=reason, words=reason_in_words(reason))
        return {row.id for found in away.values() for row in found}

    def _switched_off(self) -> frozenset[str]:
        now = monotonic()
        if self._off[0] < now:
            self._off = (now + MEMORY, slugs_switched_off())
        return self._off[1]


def _reason(lane: Claimed, off: Collection[str]) -> str:
    if lane.deleted:
        return DELETED
    if lane.endpoint_state == Endpoint.State.PAUSED:
        return PAUSED
    if lane.endpoint_state == Endpoint.State.DISABLED:
        return DISABLED
    if lane.integration_deactivated:
        return DEACTIVATED
    if lane.provider in off:
        return NOT_AVAILABLE
    if lane.entitled:
        return ""
    return NOT_ENTERPRISE if lane.store_id is None else UNLICENSED


def shelve_waiting(
    reasons: Mapping[int, str], tokens: Mapping[int, uuid.UUID], *, under_way: Collection[uuid.UUID]
) -> None:
    """Park what waits in these leased lanes (cancel it where the endpoint is gone); one statement a reason."""
    for reason in set(reasons.values()):
        shelve(
            {lane_id: tokens[lane_id] for lane_id, its in reasons.items() if its == reason},
            under_way=under_way,
            state=Delivery.State.CANCELLED if reason == DELETED else Delivery.State.PARKED,
            reason=reason,
            words=reason_in_words(reason),
        )
