"""One log line a request: what was asked for, how it was answered, how long it took. Never an address as it came, which may hold a secret."""

import logging
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from backoffice.web import log_context

logger = logging.getLogger(__name__)

#: Asked every few seconds by machines; their lines would bury the others.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestLogMiddleware:
    """Stands right after the request's id is known, so that the time of everything else is in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._static = f"/{settings.STATIC_URL.strip('/')}/"

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        log_context.begin()
        started = perf_counter()
        response = self.get_response(request)
        quiet = request.path in QUIET or request.path.startswith(self._static)
        level = logging.DEBUG if quiet else logging.INFO
        if logger.isEnabledFor(level):
            _log(level, request, response.status_code, (perf_counter() - started) * 1000)
        return response


def _log(level: int, request: HttpRequest, status: int, milliseconds: float) -> None:
    """The route is the pattern that matched: `o/<slug:organization>/...`; who it was for is told by ids."""
    route = request.resolver_match.route if request.resolver_match else ""
    ids = {}
    for name in ("organization", "store"):
        found = getattr(request, name, None)
        if found is not None:
            ids[f"{name}_id"] = str(getattr(found, "public_id", found.pk))
    logger.log(
        level,
        "%s %s: %d in %.0f ms",
        request.method,
        route or "(no such address)",
        status,
        milliseconds,
        extra={
            "method": request.method,
            "route": route,
            "status": status,
            "duration_ms": round(milliseconds, 1),
            **ids,
        },
    )
