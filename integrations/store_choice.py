"""Choosing several stores at once: a search, the stores ticked on the page, or all that the search finds."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from backoffice.database.identifiers import parse_public_id, public_id
from backoffice.tenancy.models import Store
from backoffice.web.lists import searched

#: So many ticked stores an address takes along to another page of the list; each is some 40 characters of the 4,094 that servers take.
MOST_IN_ADDRESS: Final = 80


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """What somebody chose. `every` means all that the words find, on this page and on others, beside those that were ticked."""

    words: str = ""
    every: bool = False
    ids: frozenset[uuid.UUID] = frozenset()

    @classmethod
    def read(cls, parameters: QueryDict) -> "StoreChoice":
        """From an address or a form: `q`, `every`, and a `store` for each box. What names no store is left out."""
        return cls(
            words=searched(parameters),
            every=bool(parameters.get("every")),
            ids=frozenset(found for text in parameters.getlist("store") if (found := _id(text))),
        )

    def searched_anew(self, request: HttpRequest, **others: str) -> HttpResponseRedirect | None:
        """To the list as the form's Search asks: by its new `words`, with what is ticked; None where that is more than an address takes along.

        That all were chosen was said of those found before.
        """
        if len(self.ids) > MOST_IN_ADDRESS:
            return None
        query = QueryDict(mutable=True)
        words = searched(request.POST, "words")
        query.update({name: text for name, text in (*others.items(), ("q", words)) if text})
        query.setlist("store", [public_id("sto", each) for each in sorted(self.ids)])
        address = f"{request.path}?{text}" if (text := query.urlencode()) else request.path
        return HttpResponseRedirect(address, status=303)

    def found(self, stores: QuerySet[Store]) -> QuerySet[Store]:
        """Those the words find."""
        return stores.filter(self._matches) if self.words else stores

    def chosen(self, stores: QuerySet[Store]) -> QuerySet[Store]:
        """Those of `stores` that were chosen; an id of a store that is not among them chooses nothing."""
        ticked = Q(pk__in=self.ids)
        if not self.every:
            return stores.filter(ticked)
        return stores.filter(ticked | self._matches) if self.words else stores

    def elsewhere(self, stores: QuerySet[Store], shown: Iterable[Store]) -> list[Store]:
        """Those of `stores` that were ticked and are not `shown`: on another page, or before another search."""
        others = self.ids - {store.pk for store in shown}
        return list(stores.filter(pk__in=others).order_by("name", "pk")) if others else []

    @property
    def _matches(self) -> Q:
        return Q(name__icontains=self.words) | Q(code__icontains=self.words)


def _id(text: str) -> uuid.UUID | None:
    try:
        return parse_public_id("sto", text)
    except ValueError:
        return None
