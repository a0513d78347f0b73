"""Counting events by the minute, for limits: in the cache, which each process keeps for itself while Redis is away."""

import math
import time

from django.core.cache import cache

WINDOW_SECONDS = 60


def count_this_minute(name: str) -> tuple[int, int]:
    """Count one of `name`; how many there have been in this minute of the clock, and the whole seconds after which the next has begun."""
    now = time.time()
    window = int(now // WINDOW_SECONDS)
    left = math.ceil((window + 1) * WINDOW_SECONDS - now)
    return _count(f"{name}:{window}"), left


def _count(name: str) -> int:
    cache.add(name, 0, 2 * WINDOW_SECONDS)
    try:
        return cache.incr(name)
    except ValueError:
        # It ended, or Redis went or came back, between the two.
        return 1
