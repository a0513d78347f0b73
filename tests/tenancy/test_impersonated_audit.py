"""What support changes in a customer's name, as the audit table and those who read it have it."""

import csv
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.accounts.impersonation import impersonator
from backoffice.tenancy.audit import record, record_each
from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.accounts import UserFactory
from tests.factories.integrations import ApiKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.factories.webhooks import EndpointFactory
from tests.tenancy.impersonating import STOP, impersonating

pytestmark = pytest.mark.django_db

#: Where something is changed in the store, with what, and the action that its row tells.
Change = Callable[[Store], tuple[str, dict[str, object], str]]


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


def _group(store: Store) -> tuple[str, dict[str, object], str]:
    return reverse("tenancy:groups", args=[store.organization.slug]), {"name": "East"}, "store_group.created"


def _closing(store: Store) -> tuple[str, dict[str, object], str]:
    url = reverse("licensing:store_close", args=[store.organization.slug, store.code])
    return url, {"code": store.code}, "store.closed"


def _key(store: Store) -> tuple[str, dict[str, object], str]:
    key = ApiKeyFactory.create(store=store)
    url = reverse("integrations:revoke_key", args=[store.organization.slug, store.code, key.public_id])
    return url, {}, "api_key.revoked"


def _endpoint(store: Store) -> tuple[str, dict[str, object], str]:
    endpoint = EndpointFactory.create(store=store)
    url = reverse("webhooks:endpoint_pause", args=[store.organization.slug, store.code, endpoint.public_id])
    return url, {}, "endpoint.paused"


@pytest.mark.parametrize("change", [_group, _closing, _key, _endpoint])
def test_each_row_names_support_beside_the_customer(change: Change, store: Store) -> None:
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    support = UserFactory.create(support=True)
    client = impersonating(owner, support)
    url, data, action = change(store)
    client.post(url, data)
    entry = AuditEntry.objects.filter(action=action).get()
    assert (entry.actor, entry.impersonator) == (owner, support)
    client.post(STOP)
    assert impersonator.get() is None
    assert record(action="store.renamed", by=owner, store=store, target=store).impersonator is None


def test_one_change_to_many_stores_names_support_on_each() -> None:
    support, owner = UserFactory.create(support=True), UserFactory.create()
    stores = StoreFactory.create_batch(3)
    rows = [(store.pk, store.name, store) for store in stores]
    token = impersonator.set(support.pk)
    try:
        record_each(action="license.assigned", by=owner, target_type="tenancy.store", rows=rows, changes={})
    finally:
        impersonator.reset(token)
    record_each(action="license.freed", by=owner, target_type="tenancy.store", rows=rows, changes={})
    found = AuditEntry.objects.values_list("action", "actor", "impersonator")
    assert sorted(found) == [("license.assigned", owner.pk, support.pk)] * 3 + [("license.freed", owner.pk, None)] * 3


def test_histories_say_by_support_and_no_more(store: Store, client: Client) -> None:
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    support = UserFactory.create(support=True, email="private@vendor.example", name="Sam Support")
    token = impersonator.set(support.pk)
    record(action="license.assigned", by=owner, store=store, target=store)
    impersonator.reset(token)
    client.force_login(owner)
    slug = [store.organization.slug]
    for name in ("tenancy:history", "licensing:license_history"):
        page = client.get(reverse(name, args=slug)).text
        assert "Olivia Owner, by support" in page
        assert "private@vendor.example" not in page
        answer = client.get(reverse(f"{name}_csv", args=slug))
        (row,) = csv.DictReader(b"".join(answer).decode("utf-8-sig").splitlines())
        assert row["Who"] == "Olivia Owner, by support"


def test_the_customers_history_tells_of_the_beginning_and_the_end(store: Store, client: Client) -> None:
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    impersonating(owner).post(STOP)
    client.force_login(owner)
    page = client.get(reverse("tenancy:history", args=[store.organization.slug]))
    assert [(what, which) for _entry, what, which in page.context["rows"]] == [
        ("Support signed out again as", "Olivia Owner"),
        ("Support signed in as", "Olivia Owner"),
    ]


def test_the_admin_site_lists_and_finds_them(store: Store, client: Client) -> None:
    support = UserFactory.create(support=True)
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    token = impersonator.set(support.pk)
    by_support = record(action="store.renamed", by=owner, store=store, target=store)
    impersonator.reset(token)
    record(action="store.renamed", by=owner, store=store, target=store)
    client.force_login(support)
    found = client.get("/admin/tenancy/auditentry/?impersonator__isempty=0")
    assert list(found.context["cl"].queryset) == [by_support]
    assert "Sam Support" in found.text
    assert client.get("/admin/tenancy/auditentry/").context["cl"].result_count == 2
