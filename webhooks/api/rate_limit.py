"""How many requests a key may make in a minute, counted in Redis, and let through when Redis is down."""

import logging
import math
import time
from dataclasses import dataclass
from threading import Lock

import redis
from django.conf import settings
from django.utils.translation import ngettext
from redis.backoff import NoBackoff
from redis.retry import Retry

from integrations.models import ApiKey
from webhooks.api.problems import ProblemCode, ProblemError

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60
_PATIENCE_SECONDS = 0.1
_REST_SECONDS = 5.0
_LARGEST_BLOCK = 100


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a key has left in the running minute."""

    limit: int
    used: int
    resets_in_seconds: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """`RateLimit` and `RateLimit-Policy` as the IETF's HTTPAPI working group drafts them."""
        remaining = max(0, self.limit - self.used)
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"key";r={remaining};t={self.resets_in_seconds}',
        }


@dataclass(slots=True)
class _Block:
    """Requests that this process may let through in one minute without asking Redis again."""

    used: int
    until: int


class Limiter:
    """Counts by key and minute, in blocks of a hundredth of the limit, so that most calls need no answer of Redis.

    A process that holds a block it does not use makes the limit that much lower for the others, and never higher. After a failure
    it leaves Redis alone for five seconds, so that no caller waits for it again.
    """

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url,
            socket_connect_timeout=_PATIENCE_SECONDS,
            socket_timeout=_PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._resting_until = 0.0
        self._lock = Lock()
        self._window = 0
        self._blocks: dict[str, _Block] = {}

    def take(self, name: str, limit: int) -> Allowance | None:
        """Count one request of `name`; None while Redis does not answer."""
        now = time.time()
        window = int(now // WINDOW_SECONDS)
        used = self._take_from_block(name, window)
        if used is None and (used := self._take_from_redis(name, window, limit)) is None:
            return None
        return Allowance(limit, used, math.ceil((window + 1) * WINDOW_SECONDS - now))

    def _take_from_block(self, name: str, window: int) -> int | None:
        with self._lock:
            if window != self._window:
                self._window = window
                self._blocks.clear()
            block = self._blocks.get(name)
            if block is None or block.used >= block.until:
                return None
            block.used += 1
            return block.used

    def _take_from_redis(self, name: str, window: int, limit: int) -> int | None:
        if time.monotonic() < self._resting_until:
            return None
        size = max(1, min(_LARGEST_BLOCK, limit // 100))
        counter = f"backoffice:rate:{name}:{window}"
        try:
            until = int(self._redis.incrby(counter, size))
            if until == size:
                self._redis.expire(counter, 2 * WINDOW_SECONDS)
        except redis.RedisError:
            self._resting_until = time.monotonic() + _REST_SECONDS
            logger.warning(
                "Redis does not answer: requests are not limited for %s seconds.", _REST_SECONDS, exc_info=True
            )
            return None
        used = until - size + 1
        with self._lock:
            if window == self._window:
                self._blocks[name] = _Block(used, min(until, limit))
        return used


_limiter: Limiter | None = None


def check_rate(key: ApiKey) -> Allowance | None:
    """Count a request of the key. Raises ProblemError 429 with Retry-After; None means that nothing was counted."""
    global _limiter  # noqa: PLW0603  # one connection pool a process, made after the fork
    if _limiter is None:
        _limiter = Limiter(settings.REDIS_URL)
    allowance = _limiter.take(str(key.pk), key.requests_per_minute or settings.API_REQUESTS_PER_MINUTE)
    if allowance is not None and allowance.exceeded:
        seconds = allowance.resets_in_seconds
        raise ProblemError(
            ProblemCode.RATE_LIMITED,
            ngettext(
                "This key may make %(limit)s requests a minute. Try again in %(seconds)s second.",
                "This key may make %(limit)s requests a minute. Try again in %(seconds)s seconds.",
                seconds,
            )
            % {"limit": allowance.limit, "seconds": seconds},
            headers={"Retry-After": str(seconds), **allowance.headers()},
        )
    return allowance
