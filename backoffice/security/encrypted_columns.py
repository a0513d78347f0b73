"""Which columns hold secrets, and for what each was encrypted: declared beside the code that encrypts, for whoever re-encrypts them all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class EncryptedColumn(Generic[Row]):
    """`context` tells from a row what its secret was bound to; `related` are the relations it follows, to read them with the row.

    A row whose column is null or empty holds no secret.
    """

    model: type[Row]
    field: str
    context: Callable[[Row], tuple[str, ...]]
    related: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Table and column, as a person finds them in the database."""
        return f"{self.model._meta.db_table}.{self.field}"


_columns: dict[str, EncryptedColumn[Any]] = {}


def register_columns(*columns: EncryptedColumn[Any]) -> None:
    """Called in `AppConfig.ready`."""
    _columns.update({column.name: column for column in columns})


def encrypted_columns() -> list[EncryptedColumn[Any]]:
    """Every one of them, by name."""
    return [_columns[name] for name in sorted(_columns)]
