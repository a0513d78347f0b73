"""Sharing lanes with other drains: how many this one should hold, which it gives back, and when it needs help."""

from collections.abc import Iterable
from time import monotonic

from webhooks.delivery import drains
from webhooks.delivery.drains import Census
from webhooks.delivery.lane import LeasedLane

#: How often to count who else drains, in seconds.
CENSUS_EVERY = 1.0
#: How long several lanes must have more waiting than is sent before another drain is asked for.
HELP_AFTER = 0.3
#: A lane that stays busy is given back after so many seconds when others wait.
QUANTUM = 5.0


class Sharing:
    """What one drain knows of all of them, itself counted."""

    def __init__(self) -> None:
        self._census = Census(1, 0, 0)
        self._census_at = 0.0
        self._behind_since: float | None = None

    @property
    def could_use_help(self) -> bool:
        """Whether several lanes have had more waiting than could be sent for a while, and nobody else drains them."""
        behind = self._behind_since is not None and monotonic() - self._behind_since > HELP_AFTER
        return behind and self._census.drains < self._census.leased + self._census.unclaimed

    def room(self, *, most: int, held: int) -> int:
        """How many more lanes to claim at once, of `most` that may be, with `held` of them already."""
        if self._census.drains > 1:
            most = min(most, self._census.fair_share - held)
        return max(0, most)

    def give_back(self, lanes: Iterable[LeasedLane], now: float, *, most: int) -> None:
        """Close the lanes that another drain should have, or whose turn is over while others wait for theirs."""
        lanes = list(lanes)
        behind = sum(1 for lane in lanes if lane.queue) > 1
        self._behind_since = (self._behind_since or now) if behind else None
        if not lanes or now < self._census_at:
            return
        self._census_at = now + CENSUS_EVERY
        self._census = drains.census()
        for lane in to_give_back(lanes, self._census, now, full=len(lanes) >= most):
            lane.closing = True


def to_give_back(lanes: Iterable[LeasedLane], census: Census, now: float, *, full: bool) -> list[LeasedLane]:
    """Lanes that another drain should have, and, where this one is `full` and others wait, those whose turn is over."""
    staying = sorted((lane for lane in lanes if not lane.closing), key=lambda lane: lane.served_since)
    surplus = max(0, len(staying) - census.fair_share) if census.drains > 1 else 0
    over = [lane for lane in staying[surplus:] if full and census.unclaimed and now - lane.served_since > QUANTUM]
    return staying[:surplus] + over
