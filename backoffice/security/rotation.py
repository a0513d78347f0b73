"""Encrypting a column's secrets anew where another key than the current one made them, beside a product that runs."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection
from django.db.models import Model, QuerySet

from backoffice.security.encrypted_columns import EncryptedColumn
from backoffice.security.encryption import DecryptionError, decrypt, encrypt, key_id, needs_rotation

ROWS_AT_A_TIME: Final = 500
#: How often a row is tried that others write to meanwhile, before it is left to the next run.
TRIES: Final = 5

#: Opens a transaction that sees the rows of every tenant.
Transaction = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A secret that does not open: the row's id, and the id of the key that is to have made it where it names one."""

    pk: Any
    key: str | None


@dataclass(slots=True)
class Tally:
    """What became of a column's secrets; `left` are readable and still encrypted with another key."""

    rotated: int = 0
    current: int = 0
    left: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Renewed:
    pk: Any
    stored: bytes = field(repr=False)
    anew: bytes = field(repr=False)


def count(column: EncryptedColumn[Any], *, transaction: Transaction) -> Tally:
    """Try every secret, and change none."""
    tally = Tally()
    for rows in _batches(column, transaction):
        tally.left += len(_renew(column, rows, tally))
    return tally


def rotate(column: EncryptedColumn[Any], *, transaction: Transaction) -> Tally:
    """Encrypt under the current key what another one made.

    A batch waits for nobody's lock, so it can end up in no deadlock with the product; rows that were locked or changed meanwhile are
    looked at again, one at a time. What is done is stored batch by batch: whoever was stopped starts again and finds less to do.
    """
    tally, again = Tally(), list[Any]()
    for rows in _batches(column, transaction):
        renewed = _renew(column, rows, tally)
        with transaction():
            done = _replace(column, renewed) if renewed else set()
        tally.rotated += len(done)
        again += [each.pk for each in renewed if each.pk not in done]
    for pk in again:
        _rotate_one(column, pk, tally, transaction)
    return tally


def _rotate_one(column: EncryptedColumn[Any], pk: Any, tally: Tally, transaction: Transaction) -> None:
    """It holds no other row while it waits for this one. A row that is gone by now holds no secret."""
    for _try in range(TRIES):
        with transaction():
            renewed = _renew(column, _rows(column).filter(pk=pk), tally)
            if not renewed:
                return
            if _replace(column, renewed, wait=True):
                tally.rotated += 1
                return
    tally.left += 1


def _rows(column: EncryptedColumn[Any]) -> QuerySet[Any]:
    rows: QuerySet[Any] = QuerySet(column.model)
    rows = rows.filter(**{f"{column.field}__isnull": False}).exclude(**{column.field: b""})
    return rows.select_related(*column.related) if column.related else rows


def _batches(column: EncryptedColumn[Any], transaction: Transaction) -> Iterator[list[Model]]:
    """By primary key; a row that is added behind it was encrypted under the current key."""
    rows = _rows(column).order_by("pk")
    after: Any = None
    while True:
        with transaction():
            batch = list((rows if after is None else rows.filter(pk__gt=after))[:ROWS_AT_A_TIME])
        if batch:
            yield batch
        if len(batch) < ROWS_AT_A_TIME:
            return
        after = batch[-1].pk


def _renew(column: EncryptedColumn[Any], rows: Iterable[Any], tally: Tally) -> list[_Renewed]:
    """Those to replace, encrypted anew. Current ones are opened as well: what does not open is to be known before a key goes."""
    renewed = []
    for row in rows:
        stored, context = bytes(getattr(row, column.field)), column.context(row)
        try:
            clear = decrypt(stored, context=context)
        except DecryptionError:
            tally.unreadable.append(Unreadable(row.pk, _key_named(stored)))
            continue
        if needs_rotation(stored):
            renewed.append(_Renewed(row.pk, stored, encrypt(clear, context=context)))
        else:
            tally.current += 1
    return renewed


def _key_named(stored: bytes) -> str | None:
    try:
        return key_id(stored)
    except DecryptionError:
        return None


def _replace(column: EncryptedColumn[Any], renewed: list[_Renewed], *, wait: bool = False) -> set[Any]:
    """Those replaced: not those that hold another secret by now, nor, unless told to wait, those that somebody has locked."""
    quote, meta = connection.ops.quote_name, column.model._meta
    assert meta.pk is not None  # noqa: S101  # every table of ours has one
    table, key, secret = quote(meta.db_table), quote(meta.pk.column), quote(meta.get_field(column.field).column)
    statement = f"""
        WITH free AS MATERIALIZED (
            SELECT {key} AS id FROM {table} WHERE {key} = ANY(%(ids)s) FOR NO KEY UPDATE {"" if wait else "SKIP LOCKED"}
        )
        UPDATE {table} AS held SET {secret} = renewed.anew
        FROM unnest(%(ids)s, %(stored)s::bytea[], %(anew)s::bytea[]) AS renewed (id, stored, anew)
        JOIN free ON free.id = renewed.id
        WHERE held.{key} = renewed.id AND held.{secret} = renewed.stored
        RETURNING held.{key}
    """  # noqa: S608  # names of our own models
    values = {
        "ids": [each.pk for each in renewed],
        "stored": [each.stored for each in renewed],
        "anew": [each.anew for each in renewed],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {pk for (pk,) in cursor.fetchall()}
