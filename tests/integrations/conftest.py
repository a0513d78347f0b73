"""The pages under test are those of integrations."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Store
from tests.factories.accounts import PASSWORD
from tests.factories.tenancy import Personas
from tests.store_pages import address, confirmed, owner, people, signed_in, store

__all__ = ["address", "confirmed", "owner", "people", "signed_in", "store"]


@pytest.fixture
def namespace() -> str:
    return "integrations"


@pytest.fixture
def url(store: Store) -> Callable[..., str]:
    """The address of a page of the store's organization."""
    return lambda name, *key: reverse(f"integrations:{name}", args=[store.organization.slug, *key])


@pytest.fixture
def admin(people: Personas, signed_in: Callable[..., Client]) -> Client:
    """Of the whole organization."""
    return signed_in(people.enterprise_admin)


@pytest.fixture
def confirmed_admin(admin: Client) -> Client:
    """Right after the password was entered once more."""
    assert admin.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    return admin
