"""Choosing several stores at once: a search, the stores ticked on the page, or all that the search finds."""

import uuid
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import QueryDict

from backoffice.database.identifiers import parse_public_id
from backoffice.tenancy.models import Store


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """What somebody chose. `every` means all that the words find, on this page and on others."""

    words: str = ""
    every: bool = False
    ids: frozenset[uuid.UUID] = frozenset()

    @classmethod
    def read(cls, parameters: QueryDict) -> "StoreChoice":
        """From an address or a form: `q`, `every`, and a `store` for each box. What names no store is left out."""
        return cls(
            words=parameters.get("q", "").strip()[:100].replace("\x00", ""),
            every=bool(parameters.get("every")),
            ids=frozenset(found for text in parameters.getlist("store") if (found := _id(text))),
        )

    def found(self, stores: QuerySet[Store]) -> QuerySet[Store]:
        """Those the words find."""
        if not self.words:
            return stores
        return stores.filter(Q(name__icontains=self.words) | Q(code__icontains=self.words))

    def chosen(self, stores: QuerySet[Store]) -> QuerySet[Store]:
        """Those of `stores` that were chosen; an id of a store that is not among them chooses nothing."""
        return self.found(stores) if self.every else stores.filter(pk__in=self.ids)


def _id(text: str) -> uuid.UUID | None:
    try:
        return parse_public_id("sto", text)
    except ValueError:
        return None
