"""Time-ordered primary keys and the public ids made from them."""

import re
import uuid
from datetime import UTC, datetime

from uuid_utils.compat import uuid7 as _uuid7

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
# Two characters at a time: several are made for each delivery, and the standard library's base 32 takes twice as long.
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(120, -1, -10)
_ENCODED = re.compile(rf"[0-7][{_ALPHABET}]{{25}}")


def uuid7() -> uuid.UUID:
    """A new UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    value: uuid.UUID = _uuid7()
    return value


def uuid7_floor(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 a row made at `moment` can have: a bound for partitions and for `since` filters.

    For a moment before 1970, that of 1970.
    """
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (0x2 << 62))


def uuid7_time(value: uuid.UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, tz=UTC)


def public_id(prefix: str, value: uuid.UUID) -> str:
    """`evt` and a UUID as `evt_` and 26 lower-case characters of Crockford's base 32, which sort as the UUIDs do."""
    number = value.int
    return prefix + "_" + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def parse_public_id(prefix: str, text: str) -> uuid.UUID:
    """The UUID in a public id. Raises ValueError where the prefix or the characters are not right."""
    head, separator, encoded = text.partition("_")
    if head != prefix or not separator or not _ENCODED.fullmatch(encoded):
        raise ValueError(f"Not an id of the form {prefix}_...: {text[:64]!r}")
    number = 0
    for character in encoded:
        number = number * 32 + _VALUES[character]
    return uuid.UUID(int=number)
