"""Keyset pages: as quick on the last page as on the first, and steady while rows are added."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

M = TypeVar("M", bound=Model)

DEFAULT_SIZE = 50
LONGEST_SEARCH = 100
_SIGNER = signing.Signer(salt="backoffice.web.lists")


def searched(parameters: QueryDict, name: str = "q") -> str:
    """What is searched for, "" for nothing; without NUL, which no text in PostgreSQL has and no query may hold."""
    return parameters.get(name, "").replace("\x00", "").strip()[:LONGEST_SEARCH]


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Items of one page, and the opaque cursors of its neighbours (None where there is none)."""

    items: list[M]
    next_cursor: str | None
    previous_cursor: str | None

    @property
    def has_neighbours(self) -> bool:
        return bool(self.next_cursor or self.previous_cursor)


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    descending: bool

    def text(self, item: Model) -> str:
        value: Any = item
        for part in self.name.split("__"):
            value = getattr(value, part)
        return value.isoformat() if hasattr(value, "isoformat") else str(value)

    def beyond(self, value: object, *, backward: bool) -> Q:
        return Q((f"{self.name}__{'lt' if self.descending != backward else 'gt'}", value))

    def not_before(self, value: object, *, backward: bool) -> Q:
        return Q((f"{self.name}__{'lte' if self.descending != backward else 'gte'}", value))

    def ordering(self, *, backward: bool) -> str:
        return f"-{self.name}" if self.descending != backward else self.name


def keyset_page(
    queryset: QuerySet[M], *, order_by: Sequence[str], cursor: str | None = None, size: int = DEFAULT_SIZE
) -> Page[M]:
    """One page of `queryset` in the order of `order_by` ("-created_at", "name"), ties broken by the primary key.

    The columns must not be null. A cursor that is damaged, or was given for another order, gives the first page.
    """
    columns = _columns(queryset, order_by)
    start = _read(cursor, queryset, columns) if cursor else None
    backward = start is not None and start[0]
    rows = queryset.order_by(*(column.ordering(backward=backward) for column in columns))
    if start is not None:
        rows = rows.filter(_after(columns, start[1], backward=backward))
    items = list(rows[: size + 1])
    more = len(items) > size
    items = items[:size]
    if backward:
        items.reverse()
    has_next, has_previous = (True, more) if backward else (more, start is not None)
    if not items:
        has_next = has_previous = False
    return Page(
        items=items,
        next_cursor=_write(items[-1], columns, backward=False) if has_next else None,
        previous_cursor=_write(items[0], columns, backward=True) if has_previous else None,
    )


def _columns(queryset: QuerySet[M], order_by: Sequence[str]) -> list[_Column]:
    columns = [_Column(name.removeprefix("-"), name.startswith("-")) for name in order_by]
    if not columns:
        raise ValueError("order_by names no column.")
    names = {column.name for column in columns}
    if not names & {"pk", queryset.model._meta.pk.name}:
        columns.append(_Column("pk", columns[-1].descending))
    return columns


def _after(columns: list[_Column], values: list[object], *, backward: bool) -> Q:
    """Rows beyond `values`: (a > x) or (a = x and b > y) ..., with a >= x said apart so that an index can be used."""
    condition = Q()
    equal = Q()
    for column, value in zip(columns, values, strict=True):
        condition |= equal & column.beyond(value, backward=backward)
        equal &= Q((column.name, value))
    return columns[0].not_before(values[0], backward=backward) & condition


def _write(item: Model, columns: list[_Column], *, backward: bool) -> str:
    """Signed, so that only values we gave out come back."""
    order = [column.ordering(backward=False) for column in columns]
    return _SIGNER.sign_object([order, backward, [column.text(item) for column in columns]])


def _read(cursor: str, queryset: QuerySet[M], columns: list[_Column]) -> tuple[bool, list[object]] | None:
    try:
        order, backward, texts = _SIGNER.unsign_object(cursor)
        if order != [column.ordering(backward=False) for column in columns]:
            return None
        fields = [_field(queryset, column.name) for column in columns]
        return backward, [field.to_python(text) for field, text in zip(fields, texts, strict=True)]
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        return None


def _field(queryset: QuerySet[M], name: str) -> "Field[Any, Any]":
    if name in queryset.query.annotations:
        field: Field[Any, Any] = queryset.query.annotations[name].output_field
        return field
    model: type[Model] = queryset.model
    *path, last = name.split("__")
    for part in path:
        related = model._meta.get_field(part).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(f"{model.__name__}.{part} leads to no model.")
        model = related
    found = model._meta.pk if last == "pk" else model._meta.get_field(last)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(f"{model.__name__}.{last} is no column.")
    return found
