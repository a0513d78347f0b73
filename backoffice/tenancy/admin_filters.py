"""Filters of the admin site's lists, and their count, none of which reads a table that grows to its end."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.database.identifiers import uuid7_floor


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable at run time
    """Counts no further than `most`: a list's newest rows are what people look at, the rest they search for."""

    most = 2000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[: self.most].count())


class NotedFilter(admin.EmptyFieldListFilter):
    """Whether a column holds anything, such as the moment of a payment: “By paid: Yes” says more than Django's “Not empty”."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice, words in zip(super().choices(changelist), (_("All"), _("No"), _("Yes")), strict=True):
            count = re.search(r" \(\d+\)$", str(choice["display"]))
            yield {**choice, "display": words + (count[0] if count else "")}


class KnownFilter(admin.SimpleListFilter):
    """By values that `lookups` knows: the table is not asked which it has. A value that is not among them filters nothing."""

    def value(self) -> str | None:
        asked = super().value()
        return asked if any(asked == known for known, _words in self.lookup_choices) else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset if chosen is None else self.matching(queryset, chosen)

    def matching(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Those of the value; by the column of the parameter's name unless a filter says otherwise."""
        return rows.filter(**{str(self.parameter_name): value})


class RecentFilter(KnownFilter):
    """By a column that no index has: among the rows of the last `days` days, whose UUIDv7 keys bound what is read; the page says so."""

    days: ClassVar[int]

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        within = ngettext("%(title)s, within the last day", "%(title)s, within the last %(days)d days", self.days)
        self.title = within % {"title": self.title, "days": self.days}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        since = uuid7_floor(timezone.now() - timedelta(days=self.days))
        return queryset if self.value() is None else super().queryset(request, queryset.filter(pk__gte=since))
