"""Fixtures for a store's pages: a licensed store, everyone who knocks at it, and how its pages are asked."""

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
def address(store: Store, namespace: str) -> Callable[..., str]:
    """`address("catalog")` is that page of the store, in the app that the conftest names by its fixture `namespace`."""

    def build(name: str, **parameters: str) -> str:
        place = {"organization": store.organization.slug, "store": store.code}
        return reverse(f"{namespace}:{name}", kwargs={**place, **parameters})

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


@pytest.fixture
def url(store: Store, namespace: str) -> Callable[..., str]:
    """`url("organization_keys")` is that page of the store's organization, in the app of `namespace`."""
    return lambda name, *things: reverse(f"{namespace}:{name}", args=[store.organization.slug, *things])


@pytest.fixture
def admin(people: Personas, signed_in: Callable[[Any], Client]) -> Client:
    """The browser of the Enterprise admin."""
    return signed_in(people.enterprise_admin)


@pytest.fixture
def confirmed_admin(admin: Client) -> Client:
    """The Enterprise admin's browser, right after the password was entered once more."""
    assert admin.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    return admin
