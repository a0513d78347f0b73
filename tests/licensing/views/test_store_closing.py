"""Closing a store and opening it again, by its owner alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import AuditEntry, Store
from licensing.closing import close_store
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import Personas, make_personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


@pytest.fixture
def people(store: Store) -> Personas:
    return make_personas(store)


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    def build(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return build


def url(store: Store, name: str = "store_close") -> str:
    return reverse(f"licensing:{name}", args=[store.organization.slug, store.code])


def test_the_owner_closes_it_by_its_code(people: Personas, store: Store, signed_in: Callable[[Any], Client]) -> None:
    owner = signed_in(people.owner)
    assert url(store) in owner.get(store.get_absolute_url()).text
    page = owner.get(url(store)).text
    assert "Its license for Integration Hub is" in page
    assert "90 days" in page
    assert "its API keys are revoked for good" in page
    answer = owner.post(url(store), {"code": store.code.lower()})
    assert (answer.status_code, answer["Location"]) == (303, store.get_absolute_url())
    store.refresh_from_db()
    assert store.closed_at is not None
    assert AuditEntry.objects.get(action="store.closed").actor == people.owner


@pytest.mark.parametrize("code", ["", "OTHER"])
def test_another_code_closes_nothing(
    people: Personas, store: Store, signed_in: Callable[[Any], Client], code: str
) -> None:
    answer = signed_in(people.owner).post(url(store), {"code": code})
    assert answer.status_code == 422
    assert f"Type {store.code}" in answer.text
    store.refresh_from_db()
    assert store.closed_at is None


def test_it_is_opened_again(people: Personas, store: Store, signed_in: Callable[[Any], Client]) -> None:
    owner = signed_in(people.owner)
    assert owner.get(url(store, "store_reopen"))["Location"] == store.get_absolute_url()
    close_store(store=store, by=None)
    assert url(store, "store_reopen") in owner.get(store.get_absolute_url()).text
    assert "it can be opened again. Soon after" in owner.get(url(store, "store_reopen")).text
    answer = owner.post(url(store, "store_reopen"))
    assert answer.status_code == 303
    assert answer["Location"].endswith(f"/license/?q={store.code}")
    store.refresh_from_db()
    assert store.closed_at is None


def test_who_may(people: Personas, store: Store, signed_in: Callable[[Any], Client]) -> None:
    for name in ("store_close", "store_reopen"):
        for user in (people.enterprise_admin, people.store_owner, people.viewer):
            assert signed_in(user).get(url(store, name)).status_code == 403
            assert signed_in(user).post(url(store, name), {"code": store.code}).status_code == 403
        assert signed_in(people.stranger).get(url(store, name)).status_code == 404
        assert signed_in(people.owner).put(url(store, name)).status_code == 405
    close_store(store=store, by=None)
    page = signed_in(people.viewer).get(store.get_absolute_url()).text
    assert "An owner of your organization can open it again." in page
    assert url(store, "store_reopen") not in page
