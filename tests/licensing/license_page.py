"""The License page as one admin uses it, for the tests of its views."""

import re
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Member, Store
from licensing.models import Assignment, License
from tests.factories.tenancy import MemberFactory, StoreFactory


@dataclass
class LicensePage:
    client: Client
    member: Member
    held: License | None

    def __post_init__(self) -> None:
        self.client.force_login(self.member.user)

    @property
    def license(self) -> License:
        assert self.held is not None
        return self.held

    def colleague(self) -> "LicensePage":
        """Another admin of the same organization, at their own browser."""
        member = MemberFactory.create(enterprise_admin=True, organization=self.member.organization)
        return LicensePage(Client(), member, self.held)

    def stores(self, count: int) -> list[Store]:
        return [StoreFactory.create(organization=self.member.organization) for _ in range(count)]

    def url(self, name: str = "license") -> str:
        return reverse(f"licensing:{name}", args=[self.member.organization.slug])

    def get(self, name: str = "license", **query: str) -> Any:
        return self.client.get(self.url(name), query)

    def names(self, **query: str) -> set[str]:
        """The names of the stores in the table."""
        found = re.findall(r'<th scope="row">\s*(.*?)\s*<span', self.get(**query).text)
        return set(found)

    def cell(self, store: Store) -> str:
        return f"integration_hub:{store.pk}"

    def move(self, store: Store, *, on: bool) -> Any:
        """A switch moved in a browser with scripts."""
        data = {"move": self.cell(store), "on": [self.cell(store)] if on else []}
        return self.client.post(self.url("license_stage"), data, headers={"HX-Request": "true"})

    def post_page(self, shown: dict[Store, bool], on: list[Store]) -> Any:
        """Save in a browser without scripts: `shown` says where each switch stood when the page was made."""
        cells = [f"{self.cell(store)}:{int(stood)}" for store, stood in shown.items()]
        data = {"cell": cells, "on": [self.cell(store) for store in on]}
        return self.client.post(self.url("license_save"), data)

    def assigned(self) -> set[Store]:
        return {seat.store for seat in Assignment.objects.filter(license=self.license).select_related("store")}
