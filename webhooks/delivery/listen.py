"""Hearing that a lane has become due, on the connection the engine works with."""

from typing import Any

import psycopg
from django.db import OperationalError, connection

from webhooks.delivery import drains
from webhooks.lane_functions import CHANNEL


class Listener:
    """LISTEN, and the drain's entry in the census: both last as long as the connection and are made anew on a new one."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._raw: Any = None
        self._heard = False

    def attach(self) -> bool:
        """Make sure of the connection; true if it is a new one: nobody vouched for our leases without it.

        Raises Django's database errors while the database is away.
        """
        if self._raw is not None and connection.connection is self._raw and not self._raw.closed:
            return False
        connection.close_if_unusable_or_obsolete()
        connection.ensure_connection()
        drains.sign_in(self._number)
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        self._raw = connection.connection
        self._raw.add_notify_handler(self._hear)
        self._heard = True
        return True

    def detach(self) -> None:
        """Leave a connection that lives on as it was found."""
        raw, self._raw = self._raw, None
        if raw is None or raw.closed or connection.connection is not raw:
            return
        raw.remove_notify_handler(self._hear)
        with connection.cursor() as cursor:
            cursor.execute(f"UNLISTEN {CHANNEL}")
        drains.sign_out(self._number)

    def descriptors(self) -> tuple[int, ...]:
        """The socket on which notifications come in, for waiting together with others."""
        return () if self._raw is None or self._raw.closed else (self._raw.fileno(),)

    def heard(self) -> bool:
        """Whether a lane became due since the last call. Raises OperationalError when the connection was lost."""
        if self._raw is not None:
            try:
                self._raw.pgconn.consume_input()
            except psycopg.OperationalError as error:
                raise OperationalError(*error.args) from error
            while self._raw.pgconn.notifies():
                self._heard = True
        heard, self._heard = self._heard, False
        return heard

    def _hear(self, _notification: object) -> None:
        self._heard = True
