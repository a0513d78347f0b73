"""Which stores the License page shows: its filter, read from the address; export and bulk changes read the same."""

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from backoffice.database.identifiers import parse_public_id
from backoffice.tenancy.models import Store
from backoffice.web.lists import searched
from licensing.drafts import Column
from licensing.models import Assignment, DraftChange, LicenseDraft

ASSIGNED, UNASSIGNED, CHANGED = "assigned", "unassigned", "changed"


@dataclass(frozen=True, slots=True)
class StoreFilter:
    """Words in name or code, a state of one add-on (or "changed": staged and not saved), and a group. Empty: every store."""

    words: str = ""
    state: str = ""
    add_on: str = ""
    group: str = ""

    @classmethod
    def read(cls, parameters: QueryDict) -> "StoreFilter":
        """From a query string or a form. What no filter has is left out."""
        state = parameters.get("state", "")
        return cls(
            words=searched(parameters),
            state=state if state in {ASSIGNED, UNASSIGNED, CHANGED} else "",
            add_on=parameters.get("add_on", "")[:40],
            group=parameters.get("group", "") if _group_id(parameters.get("group", "")) else "",
        )

    def __bool__(self) -> bool:
        return bool(self.words or self.state or self.group)

    @property
    def parameters(self) -> dict[str, str]:
        found = {"q": self.words, "state": self.state, "add_on": self.add_on, "group": self.group}
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """For an address: empty, or "?" and what differs from every store."""
        return f"?{urlencode(self.parameters)}" if self.parameters else ""

    def column(self, columns: list[Column]) -> Column | None:
        """The add-on that the state speaks of: the one named, else the first."""
        named = [column for column in columns if column.license.add_on_id == self.add_on]
        return next(iter(named or columns), None)

    def stores(
        self, stores: QuerySet[Store], columns: list[Column], draft: LicenseDraft | None = None
    ) -> QuerySet[Store]:
        """`stores` narrowed to what is asked for."""
        if self.words:
            stores = stores.filter(Q(name__icontains=self.words) | Q(code__icontains=self.words))
        if self.group:
            stores = stores.filter(groups=_group_id(self.group))
        column = self.column(columns)
        if self.state == CHANGED:
            # The licenses are named so that the unique index finds each store's row, also before the planner has figures.
            licenses = [one.license for one in columns]
            moved = DraftChange.objects.filter(draft=draft, license__in=licenses, store=OuterRef("pk"))
            return stores.filter(Exists(moved)) if draft else stores.none()
        if self.state and column:
            seat = Exists(Assignment.objects.filter(license=column.license, store=OuterRef("pk")))
            stores = stores.filter(seat if self.state == ASSIGNED else ~seat)
        return stores


def _group_id(text: str) -> uuid.UUID | None:
    try:
        return parse_public_id("grp", text)
    except ValueError:
        return None
