"""How long a signed-in session lasts, and when it gets a new id."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.http.response import HttpResponseBase

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
#: Sent by static/js/poll.js: a page that refreshes itself is not a person at work.
POLL_HEADER = "X-Poll"
WRITTEN_EVERY_SECONDS = 60
#: Page plumbing, and the API, which knows no sessions.
WITHOUT_SESSIONS = frozenset({"web", "api"})


class SessionLimitsMiddleware:
    """Signs out whoever was idle for SESSION_IDLE_SECONDS, or signed in SESSION_COOKIE_AGE seconds ago, however busy since.

    The time of the last request is written once a minute at most, so that a page costs no write of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        namespaces = request.resolver_match.namespaces if request.resolver_match else []
        if WITHOUT_SESSIONS.intersection(namespaces) or not request.user.is_authenticated:
            return
        now = time.time()
        session = request.session
        started, seen = session.get(SIGNED_IN_AT, now), session.get(SEEN_AT, now)
        if now - started >= settings.SESSION_COOKIE_AGE or now - seen >= settings.SESSION_IDLE_SECONDS:
            logout(request)
            return
        unwritten = SIGNED_IN_AT not in session or SEEN_AT not in session
        if unwritten or (now - seen >= WRITTEN_EVERY_SECONDS and POLL_HEADER not in request.headers):
            session[SIGNED_IN_AT], session[SEEN_AT] = started, now


def begin(*, request: HttpRequest | None, **kwargs: object) -> None:
    """Receiver of `user_logged_in`, also where a session goes on under another user."""
    del kwargs
    if request is not None:
        request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()


def renew(*, request: HttpRequest, reauthenticated: bool = False, **kwargs: object) -> None:
    """Receiver of `authentication_step_completed`: a confirmed password gives the session a new id, as signing in does."""
    del kwargs
    if reauthenticated:
        request.session.cycle_key()
