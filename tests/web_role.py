"""A fixture that has every request of a test client served as in production: by the web role, with no tenant told.

What a test makes and looks at, it does as the owner, whom row-level security does not bind; what a page or a call of the API forgets
to ask in its tenant's transaction comes back empty and fails the test.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.client import ClientHandler
from psycopg.pq import TransactionStatus

from backoffice.database.roles import WEB

_TAKE_ON = f"SELECT set_config('role', '{WEB}', false), set_config('backoffice.organization', '', false)"
_GIVE_BACK = "SELECT set_config('role', 'none', false), set_config('backoffice.organization', '', false)"


@contextmanager
def web_role() -> Iterator[None]:
    """Past Django, so that a test which counts queries counts those of the page alone."""
    _say(_TAKE_ON)
    try:
        yield
    finally:
        _say(_GIVE_BACK)


def _say(statement: str) -> None:
    try:
        connection.ensure_connection()
    except RuntimeError:
        # A fixture that asks before the test's own database is open: pages that need none answer all the same.
        return
    raw = connection.connection
    # In a transaction that failed, the end of it takes the role back.
    if raw.info.transaction_status in {TransactionStatus.IDLE, TransactionStatus.INTRANS}:
        raw.execute(statement)


@pytest.fixture(autouse=True)
def _served_by_the_web_role(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    uses_database = request.node.get_closest_marker("django_db") is not None
    if uses_database or {"db", "transactional_db"} & set(request.fixturenames):
        monkeypatch.setattr(ClientHandler, "get_response", served(ClientHandler.get_response))


def served(serve: Callable[[ClientHandler, Any], Any]) -> Callable[[ClientHandler, Any], Any]:
    """How a test client's handler answers, by the web role."""

    def get_response(handler: ClientHandler, request: Any) -> Any:
        with web_role():
            response = serve(handler, request)
            if response.streaming:
                response.streaming_content = iter(list(response.streaming_content))
        return response

    return get_response
