"""The ids that every log line of a request carries: bound where they become known, forgotten when the next request begins."""

import logging
from contextvars import ContextVar

_bound: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)


def begin() -> None:
    """A new request: nothing is known of it yet."""
    _bound.set({})


def forget(**kwargs: object) -> None:
    """Receiver of `request_finished`: the lines that follow are of no request."""
    del kwargs
    _bound.set(None)


def bind(**ids: str) -> None:
    """Add ids, such as `event_id`, to the lines that follow in this request; outside of one it does nothing. Never bind a secret."""
    known = _bound.get()
    if known is not None:
        known.update(ids)


def bound() -> dict[str, str]:
    """What is known now."""
    return _bound.get() or {}


class LogContextFilter(logging.Filter):
    """Gives each record the ids that are bound and that it does not bring itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in (_bound.get() or {}).items():
            record.__dict__.setdefault(name, value)
        return True
