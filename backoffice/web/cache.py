"""The cache in Redis, and in this process's own memory while Redis is away: limits on sign-in go on, each process counting for itself."""

import logging
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

#: After a failure Redis is left alone this long, so that a silent one holds up one call and not every call.
REST_SECONDS = 5.0


class Circuit:
    """Whether Redis is worth asking. Logs its going and its coming back, not each call in between."""

    def __init__(self) -> None:
        self._away = False
        self._resting_until = 0.0

    @property
    def resting(self) -> bool:
        return self._away and time.monotonic() < self._resting_until

    def failed(self, error: Exception) -> None:
        self._resting_until = time.monotonic() + REST_SECONDS
        if not self._away:
            self._away = True
            logger.warning("Redis does not answer (%s): the cache is kept in each process's memory.", error)

    def answered(self) -> None:
        if self._away:
            self._away = False
            logger.warning("Redis answers again: the cache is back there.")


# One for each address, since Django makes a cache object for each thread.
_circuits: dict[str, Circuit] = {}


class PatientRedisCache(RedisCache):
    """Never raises because Redis is down; what it held is missed, and comes back with it."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        params.setdefault("OPTIONS", {}).setdefault("retry", Retry(NoBackoff(), 0))
        super().__init__(server, params)
        self._circuit = _circuits.setdefault(str(server), Circuit())
        self._memory = LocMemCache(str(server), {key: value for key, value in params.items() if key != "OPTIONS"})

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("add", key, value, timeout, version)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("set", key, value, timeout, version)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("touch", key, timeout, version)

    def delete(self, key: Any, version: int | None = None) -> Any:
        return self._ask("delete", key, version)

    def get_many(self, keys: Any, version: int | None = None) -> Any:
        return self._ask("get_many", keys, version)

    def has_key(self, key: Any, version: int | None = None) -> Any:
        return self._ask("has_key", key, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> Any:
        return self._ask("incr", key, delta, version)

    def set_many(self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> Any:
        return self._ask("set_many", data, timeout, version)

    def delete_many(self, keys: Any, version: int | None = None) -> Any:
        return self._ask("delete_many", keys, version)

    def clear(self) -> Any:
        self._memory.clear()
        return self._ask("clear")

    def _ask(self, method: str, *arguments: Any) -> Any:
        if not self._circuit.resting:
            try:
                found = getattr(super(), method)(*arguments)
            except RedisError as error:
                self._circuit.failed(error)
            else:
                self._circuit.answered()
                return found
        return getattr(self._memory, method)(*arguments)
