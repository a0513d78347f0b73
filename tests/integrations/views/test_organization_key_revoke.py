"""Revoking keys of an organization and of its stores."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.api_keys import authenticate
from tests.factories.integrations import ApiKeyFactory, OrganizationKeyFactory
from tests.factories.tenancy import StoreFactory
from tests.webhooks.keys import text_of

pytestmark = pytest.mark.django_db


def test_whatever_key_it_is_stops(admin: Client, store: Store, url: Callable[..., str]) -> None:
    """The organization's own, and a store's, whether or not that has a license."""
    unlicensed = StoreFactory.create(organization=store.organization)
    for key in (OrganizationKeyFactory.create(organization=store.organization), ApiKeyFactory.create(store=unlicensed)):
        place = url("organization_key_revoke", key.public_id)
        assert "Nothing has ever used it" in admin.get(place).text
        assert authenticate(text_of(key)) is not None
        assert admin.post(place)["Location"] == url("organization_keys")
        assert authenticate(text_of(key)) is None
