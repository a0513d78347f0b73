"""The history of an organization."""

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.audit import record
from tests.factories.tenancy import MemberFactory, StoreFactory

pytestmark = pytest.mark.django_db


def test_own_changes_newest_first_and_no_others(client: Client) -> None:
    store, foreign = StoreFactory.create(), StoreFactory.create()
    admin = MemberFactory.create(enterprise_admin=True, organization=store.organization).user
    client.force_login(admin)
    url = reverse("tenancy:history", args=[store.organization.slug])
    assert "Nothing has changed yet" in client.get(url).text
    record(action="store.opened", by=admin, store=store, target=store)
    record(action="store.renamed", by=None, store=store, target=store)
    record(action="store.stolen", by=None, store=foreign, target=foreign)
    page = client.get(url)
    assert [entry.action for entry in page.context["page"].items] == ["store.renamed", "store.opened"]
    assert "System" in page.text
