"""An endpoint's own limit of requests per second, as one moment: until when what was started uses up its rate."""

#: Requests may start together as far as the rate gives them within so many seconds; beyond that they are spaced evenly.
TOGETHER = 0.02


def wait(paced_until: float, *, now: float, per_second: int) -> float:
    """Seconds until one more request may start. Both moments are Unix times; never more than a few requests' spacing."""
    ahead = min(paced_until - now, _at_once(per_second) / per_second)
    return max(0.0, ahead - (_at_once(per_second) - 1) / per_second)


def started(paced_until: float, *, now: float, per_second: int) -> float:
    """The moment after one more start. What was not used before `now` is not saved up."""
    ahead = min(paced_until - now, (_at_once(per_second) - 1) / per_second)
    return now + max(0.0, ahead) + 1 / per_second


def _at_once(per_second: int) -> int:
    return max(1, int(per_second * TOGETHER))
