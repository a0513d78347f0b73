"""Telling a database that is away, full or busy from one that refuses what it is given."""

from django.db import Error, InterfaceError, OperationalError

#: Classes of SQLSTATE that say nothing against the data: connection lost, rolled back, short of something, in use, shutting down.
_PASSING = ("08", "40", "53", "55", "57", "58")


def will_pass(error: BaseException) -> bool:
    """Whether the same statement may succeed later. Errors without a code are a lost connection's, or none of the database's."""
    if not isinstance(error, Error):
        return False
    code = getattr(error.__cause__, "sqlstate", None)
    if code is None:
        return isinstance(error, OperationalError | InterfaceError)
    return str(code).startswith(_PASSING)
