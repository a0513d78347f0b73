"""Which of the claimed lanes may be called now; what waits in the others is parked with the reason, never lost."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from time import monotonic

from integrations.listings import slugs_switched_off
from licensing.entitlements import licensed_stores
from webhooks.delivery.claim import Claimed, shelve, shelve_rows
from webhooks.delivery.fetch import DueDelivery
from webhooks.models import Delivery, Endpoint
from webhooks.park_reasons import DEACTIVATED, DELETED, DISABLED, NOT_AVAILABLE, PAUSED, UNLICENSED, reason_in_words

#: How long an answer about a license or a provider is used again, in seconds.
MEMORY = 1.0


class Triage:
    """Sorts claimed lanes, remembering for a moment which stores are licensed and which providers are switched off."""

    def __init__(self) -> None:
        self._licensed: dict[uuid.UUID, tuple[float, bool]] = {}
        self._off: tuple[float, frozenset[str]] = (0.0, frozenset())

    def sort(self, claimed: Sequence[Claimed]) -> dict[int, str]:
        """The reason, by lane, why it may not be called; lanes that may are not in it. A query for the licenses, one for the providers."""
        licensed = self._ask({lane.store_id for lane in claimed if lane.store_id})
        off = self._switched_off() if any(lane.provider for lane in claimed) else frozenset()
        reasons = {lane.lane_id: _reason(lane, off, licensed) for lane in claimed}
        return {lane_id: reason for lane_id, reason in reasons.items() if reason}

    def turn_away(self, rows: Sequence[DueDelivery], tokens: Mapping[int, uuid.UUID]) -> set[uuid.UUID]:
        """Park what was read of leased lanes that several stores share, for stores without a license now; the ids of it."""
        licensed = self._ask({row.store_id for row in rows})
        unlicensed = [row for row in rows if not licensed[row.store_id]]
        ids = {row.id for row in unlicensed}
        if ids:
            held = {tokens[row.lane_id] for row in unlicensed}
            shelve_rows(ids, held, reason=UNLICENSED, words=reason_in_words(UNLICENSED))
        return ids

    def _ask(self, stores: set[uuid.UUID]) -> dict[uuid.UUID, bool]:
        now = monotonic()
        if len(self._licensed) > 10_000:
            self._licensed.clear()
        unknown = {store for store in stores if store not in self._licensed or self._licensed[store][0] < now}
        if unknown:
            licensed = licensed_stores(unknown)
            for store in unknown:
                self._licensed[store] = (now + MEMORY, store in licensed)
        return {store: self._licensed[store][1] for store in stores}

    def _switched_off(self) -> frozenset[str]:
        now = monotonic()
        if self._off[0] < now:
            self._off = (now + MEMORY, slugs_switched_off())
        return self._off[1]


def _reason(lane: Claimed, off: Collection[str], licensed: Mapping[uuid.UUID, bool]) -> str:
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
    return "" if lane.store_id is None or licensed[lane.store_id] else UNLICENSED


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
