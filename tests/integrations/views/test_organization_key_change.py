"""Choosing other stores for a key of an organization."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from integrations.api_keys import open_store
from tests.factories.integrations import OrganizationKeyFactory

pytestmark = pytest.mark.django_db


def test_its_stores_are_changed(admin: Client, store: Store, url: Callable[..., str]) -> None:
    key = OrganizationKeyFactory.create(organization=store.organization)
    place = url("organization_key_change", key.public_id)
    assert admin.get(place).context["form"]["where"].value() == "every"
    sent = {"name": "Tills", "scopes": "orders:write", "where": "chosen", "codes": store.code}
    assert admin.post(place, sent).status_code == 303
    key.refresh_from_db()
    assert not key.every_store
    assert open_store(key, store.code) == store
    assert admin.get(place).context["form"]["codes"].value() == store.code
    assert AuditEntry.objects.get(action="api_key.changed").changes["stores"] == [[], [store.code]]
