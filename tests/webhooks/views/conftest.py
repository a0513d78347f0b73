"""A licensed store, everyone who knocks at it, and what its order webhook pages are asked with."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Store
from tests.factories.accounts import PASSWORD
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import Personas, make_personas


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


@pytest.fixture
def people(store: Store) -> Personas:
    return make_personas(store)


@pytest.fixture
def address(store: Store) -> Callable[..., str]:
    """`address("endpoints")` is that page of the store."""

    def build(name: str, **parameters: str) -> str:
        place = {"organization": store.organization.slug, "store": store.code}
        return reverse(f"webhooks:{name}", kwargs={**place, **parameters})

    return build


@pytest.fixture
def owner(client: Client, people: Personas) -> Client:
    """The store owner's browser."""
    client.force_login(people.store_owner)
    return client


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    def build(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return build


@pytest.fixture
def confirmed(owner: Client) -> Client:
    """The store owner's browser, right after the password was entered once more."""
    answer = owner.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302
    return owner
