"""One page of a list, newest first, by the time-ordered id of its rows."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from webhooks.api.queries import PageQuery, cursor

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Found(Generic[M]):
    """The rows of a page, and the cursor of the next one; None on the last."""

    rows: list[M]
    next: str | None

    @property
    def has_more(self) -> bool:
        return self.next is not None


def newest_first(rows: QuerySet[M], asked: PageQuery) -> Found[M]:
    """The page that was asked for, in one query: a row more than it holds tells whether there are more."""
    if asked.cursor is not None:
        rows = rows.filter(pk__lt=asked.cursor)
    found = list(rows.order_by("-pk")[: asked.limit + 1])
    shown = found[: asked.limit]
    return Found(shown, cursor(shown[-1].pk) if len(found) > asked.limit else None)
