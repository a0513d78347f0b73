"""Rolling a key from the organization's side."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.api_keys import authenticate, open_store
from integrations.models import ApiKey
from tests.factories.integrations import OrganizationKeyFactory
from tests.webhooks.keys import text_of

pytestmark = pytest.mark.django_db


def test_the_password_comes_first(admin: Client, store: Store, url: Callable[..., str]) -> None:
    old = OrganizationKeyFactory.create(organization=store.organization)
    assert "reauthenticate" in admin.get(url("organization_key_roll", old.public_id))["Location"]
    assert ApiKey.objects.count() == 1


def test_the_new_key_opens_the_same_stores(confirmed_admin: Client, store: Store, url: Callable[..., str]) -> None:
    old = OrganizationKeyFactory.create(organization=store.organization, stores=[store])
    place = url("organization_key_roll", old.public_id)
    assert confirmed_admin.get(place).status_code == 200
    answer = confirmed_admin.post(place, {"overlap": "0"})
    new = ApiKey.objects.exclude(pk=old.pk).get()
    assert answer["Location"] == url("organization_key", new.public_id)
    assert authenticate(text_of(old)) is None
    assert open_store(new, store.code) == store
