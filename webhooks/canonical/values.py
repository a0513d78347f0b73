"""The values orders are made of, each checked as strictly as its OpenAPI description says.

Descriptions are the API's contract and stand in English in every language of the product, as field names do.
"""

import math
import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from webhooks.canonical.currencies import CURRENCIES

MAX_MINOR_UNITS = 10**15
MAX_SAFE_INTEGER = 2**53 - 1
METADATA_DEPTH = 8


class StrictModel(BaseModel):
    """No field that is not declared, and no value turned from one type into another."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise PydanticCustomError("currency", "Not a currency")
    return code


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment_written_out(value: object) -> object:
    """Stands before what reads a moment: it begins with year, month and day. Digits alone would be read as seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DAY.match(value)):
        return value
    raise PydanticCustomError("datetime_parsing", "Not written out")


def _day_written_out(value: object) -> object:
    """Year, month and day and nothing else: a moment at midnight would be read as its day, 20250304 as one of the year 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "Not written out")


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("moment", "Not a moment") from None


def _plain(value: JsonValue, depth: int = 1) -> None:
    """Numbers that JSON cannot write, and the NUL that PostgreSQL cannot store as JSON, end here."""
    if depth > METADATA_DEPTH:
        raise PydanticCustomError("metadata_depth", "Too deep")
    if isinstance(value, str) and "\0" in value:
        raise PydanticCustomError("nul", "NUL")
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("finite", "Not finite")
    if isinstance(value, dict):
        for name, inner in value.items():
            _plain(name, depth)
            _plain(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _plain(inner, depth + 1)


def _metadata(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    _plain(value)
    return value


_NO_NUL = r"^[^\x00]*$"
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

#: Ids of the POS: they stand in addresses (`GET orders/{id}`), so only characters that need no escaping there.
PosId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._:~@+=-]{0,79}$")]
Code = Annotated[str, StringConstraints(max_length=40, pattern=_ONE_LINE)]
Label = Annotated[str, StringConstraints(max_length=80, pattern=_ONE_LINE)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_ONE_LINE)]
Text = Annotated[str, StringConstraints(max_length=2000, pattern=_NO_NUL)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
Phone = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9+(). /x#*-]+$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
LastFour = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Quantity = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$")]
Percent = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,6})?$")]
Money = Annotated[int, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS)]
# Not strict, since what a validator hands on counts as Python's, and there text is no moment; that it is text was seen to before.
Timestamp = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(moment_written_out), AfterValidator(_in_utc)]
Day = Annotated[date, Field(strict=False), BeforeValidator(_day_written_out)]
Currency = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_currency),
    Field(json_schema_extra={"enum": sorted(CURRENCIES)}),
]
Metadata = Annotated[dict[str, JsonValue], Field(max_length=100), AfterValidator(_metadata)]
