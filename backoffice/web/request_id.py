"""One id for a request, on the request, on its response, and on each log line written meanwhile."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
NONE = "-"

_current: ContextVar[str] = ContextVar("request_id", default=NONE)
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def current_request_id() -> str:
    """The id of the request being answered, or "-" outside of one."""
    return _current.get()


class RequestIdMiddleware:
    """Takes a proxy's id only where the deployment says it stands behind one; anybody else's would be theirs to forge."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        incoming = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
        request_id = incoming if _SAFE.fullmatch(incoming) else uuid.uuid4().hex
        request.id = request_id  # type: ignore[attr-defined]
        _current.set(request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        return response


def forget(**kwargs: object) -> None:
    """Receiver of `request_finished`: Django logs an error response after the middleware, and that line needs the id."""
    del kwargs
    _current.set(NONE)


class RequestIdFilter(logging.Filter):
    """Gives each log record `request_id`, which the log format names: the one it brought, or that of the request being answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = getattr(record, "request_id", "") or current_request_id()
        return True
