"""How often lanes are claimed: at once while that costs little, and together where many become due."""

from time import thread_time

#: The share of a core that a drain may take, in the long run, before claims wait: what it leaves, storing orders needs more.
SHARE = 0.2
#: Seconds of that which may be saved up, so that a burst of orders waits for none.
SAVED = 0.5
LONGEST_PAUSE = 0.04


class ClaimPace:
    """One drain's claims. Moments are seconds on the monotonic clock; made and asked in the drain's own thread."""

    def __init__(self) -> None:
        self._used_until = 0.0
        self._spent = thread_time()

    @property
    def next_at(self) -> float:
        """When the next claim may be made; never more than `LONGEST_PAUSE` after the last."""
        return self._used_until - SAVED

    def claimed(self, now: float, *, full: bool) -> None:
        """A claim was made; after a full one the next may be made at once, since more waits than it could take.

        All that this thread has spent since the claim before counts as what claims cost.
        """
        before, self._spent = self._spent, thread_time()
        if full:
            return
        ahead = max(0.0, self._used_until - now) + (self._spent - before) / SHARE
        self._used_until = now + min(ahead, SAVED + LONGEST_PAUSE)
