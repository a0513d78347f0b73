"""Reading what a service answered, which may lack or mistype any part: absent text is empty, absent parts hold nothing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, cast

#: No shop's amount or quantity has more digits before its point.
_DIGITS: Final = 15


def parsed(body: bytes) -> object:
    """What the body says in JSON, its fractions exact.

    Raises ValueError for what is none, also for what is nested without an end and for a number whose exponent no decimal can have.
    """
    try:
        return cast("object", json.loads(body, parse_float=Decimal))
    except (RecursionError, ArithmeticError) as error:
        raise ValueError("It is nested too deep, or has a number beyond measure.") from error


def text(parts: Mapping[str, object], name: str) -> str:
    """A text without the white space around it; empty where there is none."""
    value = parts.get(name)
    return value.strip() if isinstance(value, str) else ""


def required_text(parts: Mapping[str, object], name: str) -> str:
    """Raises ValueError where there is none."""
    found = text(parts, name)
    if not found:
        raise ValueError(f"The order has no {name}.")
    return found


def identity(parts: Mapping[str, object], name: str) -> str:
    """A positive whole number, as text. Raises ValueError where there is none."""
    value = parts.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError(f"The order has no {name}.")
    return str(value)


def part(parts: Mapping[str, object], name: str) -> Mapping[str, object]:
    """An object within; an empty one where there is none."""
    value = parts.get(name)
    return value if isinstance(value, Mapping) else {}


def rows(parts: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The objects of a list within; none where there is no list."""
    value = parts.get(name)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, (list, tuple)) else []


def amount(parts: Mapping[str, object], name: str, *, called: str = "", required: bool = False) -> Decimal:
    """A number, which must have been read from JSON as text or as an exact decimal; 0 where there is none, unless it is `required`.

    Raises ValueError, which names it as `called` or else by its name, for what is no finite number.
    """
    value, called = parts.get(name), called or name
    if value in (None, ""):
        if required:
            raise ValueError(f"The order has no {called}.")
        return Decimal(0)
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{called} is no amount.") from error
    if not found.is_finite() or found.adjusted() >= _DIGITS:
        raise ValueError(f"{called} is no amount.")
    return found


def moment(parts: Mapping[str, object], name: str) -> datetime:
    """A time in ISO 8601, in UTC; one without an offset is in UTC already. Raises ValueError where there is none."""
    found = datetime.fromisoformat(required_text(parts, name))
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def moment_if_any(parts: Mapping[str, object], name: str) -> datetime | None:
    """As `moment`; None where there is none that can be read."""
    try:
        return moment(parts, name)
    except ValueError:
        return None
