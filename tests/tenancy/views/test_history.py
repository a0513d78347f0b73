"""The history of an organization."""

import csv

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.audit import KeyActor, record
from backoffice.tenancy.models import AuditEntry
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
    record(action="endpoint.paused", by=admin, store=store, target=store)
    assert "Endpoint paused" in client.get(url).text
    AuditEntry.objects.create(
        action="integration.added",
        organization=store.organization,
        store=store,
        target_type="integrations.integration",
        target_id="1",
        target_label=f"magento-2 ({store})",
    )
    _entry, what, which = client.get(url).context["rows"][0]
    assert (what, which) == ("Integration added", "Magento 2")
    answer = client.get(reverse("tenancy:history_csv", args=[store.organization.slug]))
    newest = next(csv.DictReader(b"".join(answer).decode("utf-8-sig").splitlines()))
    assert (newest["Action"], newest["Which"]) == ("integration.added", "Magento 2")


def test_an_api_key_is_named_as_who_acted(client: Client) -> None:
    store = StoreFactory.create(code="HAR-1", name="=Harbor")
    admin = MemberFactory.create(enterprise_admin=True, organization=store.organization).user
    client.force_login(admin)
    record(action="store.opened", by=None, store=store, target=store)
    record(action="endpoint.deleted", by=KeyActor("Till 3 (hub_live_4f2a…9c1d)"), store=store, target=store)
    record(action="store.renamed", by=admin, store=store, target=store, changes={"name": ["A", "B"]})
    record(action="store.stolen", by=None, store=StoreFactory.create(), target=store)
    place = [store.organization.slug]
    assert "API key Till 3 (hub_live_4f2a…9c1d)" in client.get(reverse("tenancy:history", args=place)).text
    answer = client.get(reverse("tenancy:history_csv", args=place))
    assert answer["Content-Disposition"] == f'attachment; filename="history-{place[0]}.csv"'
    rows = list(csv.DictReader(b"".join(answer).decode("utf-8-sig").splitlines()))
    assert [(row["Who"], row["Action"]) for row in rows] == [
        (str(admin), "store.renamed"),
        ("API key Till 3 (hub_live_4f2a…9c1d)", "endpoint.deleted"),
        ("System", "store.opened"),
    ]
    assert (rows[0]["Store code"], rows[0]["Store"], rows[0]["Details"]) == (
        "HAR-1",
        "'=Harbor",
        '{"name": ["A", "B"]}',
    )


def test_the_download_is_for_who_may_see_the_history(client: Client) -> None:
    store = StoreFactory.create()
    url = reverse("tenancy:history_csv", args=[store.organization.slug])
    for who, status in (({"owner": True}, 200), ({"store_owner": True}, 403), ({"viewer": True}, 403)):
        client.force_login(MemberFactory.create(organization=store.organization, **who).user)
        assert client.get(url).status_code == status
    client.force_login(MemberFactory.create(organization=store.organization, owner=True).user)
    assert client.post(url).status_code == 405
    client.force_login(MemberFactory.create(owner=True).user)
    assert client.get(url).status_code == 404
