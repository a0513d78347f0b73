"""One key as its organization sees it; its text only after the password was confirmed."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.integrations import ApiKeyFactory, OrganizationKeyFactory
from tests.factories.tenancy import StoreFactory
from tests.webhooks.keys import text_of

pytestmark = pytest.mark.django_db


def test_a_stores_key_is_seen_whether_or_not_it_has_a_license(
    admin: Client, store: Store, url: Callable[..., str]
) -> None:
    unlicensed = StoreFactory.create(organization=store.organization, name="Harbour")
    key = ApiKeyFactory.create(store=unlicensed)
    page = admin.get(url("organization_key", key.public_id)).text
    assert "A key of the store" in page
    assert "Harbour" in page
    assert text_of(key) not in page


def test_show_asks_for_the_password_first(admin: Client, store: Store, url: Callable[..., str]) -> None:
    key = OrganizationKeyFactory.create(organization=store.organization)
    assert "reauthenticate" in admin.post(url("organization_key_show", key.public_id))["Location"]
    assert not AuditEntry.objects.filter(action="api_key.revealed").exists()


def test_show(confirmed_admin: Client, store: Store, url: Callable[..., str]) -> None:
    key = OrganizationKeyFactory.create(organization=store.organization)
    assert confirmed_admin.post(url("organization_key_show", key.public_id)).text.count(text_of(key)) == 1
    shown = confirmed_admin.post(url("organization_key_show", key.public_id), headers={"HX-Request": "true"}).text
    assert (shown.count(text_of(key)), shown.count("<html")) == (1, 0)
    entry = AuditEntry.objects.filter(action="api_key.revealed")[0]
    assert (entry.organization, entry.store) == (store.organization, None)
    foreign = OrganizationKeyFactory.create()
    assert confirmed_admin.post(url("organization_key_show", foreign.public_id)).status_code == 404
