"""Model instances from hand-written SQL, for the few queries of each API call, where building a queryset costs more than its answer."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

M = TypeVar("M", bound=Model)


def columns(model: type[Model], alias: str) -> str:
    """The model's columns for a SELECT that names its table `alias`, in the order `instance` reads them."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def instance(model: type[M], row: Sequence[Any], start: int = 0) -> tuple[M, int]:
    """The instance whose columns begin at `start` of the row, and where the next one's begin.

    For models whose values psycopg already gives in their Python types: uuid, text, numbers, moments, arrays, bytes.
    """
    names = _names(model)
    end = start + len(names)
    return model.from_db(DEFAULT_DB_ALIAS, names, row[start:end]), end


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
