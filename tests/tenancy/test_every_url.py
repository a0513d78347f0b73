"""Every tenant address x method x persona: strangers get 404 before anything else, roles get what the matrix says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Store
from backoffice.tenancy.permissions import ROLES
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory, RunFactory
from tests.factories.licensing import LicensedStoreFactory, OrderFactory
from tests.factories.tenancy import Personas, StoreGroupFactory, make_personas
from tests.factories.webhooks import AttemptFactory, CustomerErasureFactory, DeliveryFactory, EndpointFactory
from tests.routes import Route, tenant_routes
from webhooks import signing_keys

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def each(routes: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.name)


def things_in(route: Route) -> list[str]:
    """The placeholders that name something inside a store."""
    return [name for name in route.parameters if name not in {"organization", "store", "provider", "level"}]


ROUTES = each(tenant_routes())
STORE_ROUTES = each([route for route in tenant_routes() if "store" in route.parameters])
THING_ROUTES = each([route for route in tenant_routes() if things_in(route)])


def _delivery(store: Store) -> Any:
    delivery = DeliveryFactory.create(exhausted=True, event__store=store)
    AttemptFactory.create(delivery=delivery)
    return delivery.public_id


def _old_signing_key(store: Store) -> Any:
    """One that a newer key has replaced: the current one cannot be revoked."""
    endpoint = EndpointFactory.create(store=store)
    old, _secret = signing_keys.make(endpoint)
    signing_keys.roll(endpoint=endpoint, by=None)
    return old.public_id


def _shared_endpoint(store: Store) -> Any:
    return EndpointFactory.create(store=None, organization=store.organization, every_store=True)


def _old_shared_key(store: Store) -> Any:
    endpoint = _shared_endpoint(store)
    old, _secret = signing_keys.make(endpoint)
    signing_keys.roll(endpoint=endpoint, by=None)
    return old.public_id


#: How to make what a placeholder names, in a store. A new placeholder needs an entry, or its addresses fail here.
MAKERS: dict[str, Callable[[Store], Any]] = {
    "organization": lambda store: store.organization.slug,
    "store": lambda store: store.code,
    "provider": lambda _store: "custom-webhook",
    "integration": lambda store: IntegrationFactory.create(store=store, slot=store.integrations.count()).public_id,
    "run": lambda store: (
        RunFactory.create(integration__store=store, integration__slot=store.integrations.count()).public_id
    ),
    "key": lambda store: ApiKeyFactory.create(store=store).public_id,
    "endpoint": lambda store: EndpointFactory.create(store=store).public_id,
    "delivery": _delivery,
    "signing_key": _old_signing_key,
    "shared": lambda store: _shared_endpoint(store).public_id,
    "shared_key": _old_shared_key,
    "erasure": lambda store: CustomerErasureFactory.create(organization=store.organization).public_id,
    "level": lambda _store: "enterprise",
    "invoice": lambda store: OrderFactory.create(organization=store.organization).invoice_number.lower(),
    "group": lambda store: StoreGroupFactory.create(organization=store.organization).public_id,
}


@dataclass(frozen=True, slots=True)
class World:
    """Two tenants with a licensed store each, and everyone who knocks."""

    store: Store
    people: Personas
    foreign: Store
    outsider_store_owner: Any


@pytest.fixture
def world() -> World:
    store, foreign = LicensedStoreFactory.create(), LicensedStoreFactory.create()
    sibling = LicensedStoreFactory.create(organization=store.organization)
    return World(store, make_personas(store), foreign, make_personas(sibling).store_owner)


def address(route: Route, store: Store, **other: Any) -> str:
    return reverse(route.name, kwargs={name: other.get(name) or MAKERS[name](store) for name in route.parameters})


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@ROUTES
def test_another_tenants_address_is_404_by_every_method(route: Route, world: World) -> None:
    url, client = address(route, world.store), signed_in(world.people.stranger)
    for method in METHODS:
        assert client.generic(method, url).status_code == 404, method


@STORE_ROUTES
def test_a_store_that_is_not_given_is_404(route: Route, world: World) -> None:
    url, client = address(route, world.store), signed_in(world.outsider_store_owner)
    for method in METHODS:
        assert client.generic(method, url).status_code == 404, method


@THING_ROUTES
def test_foreign_things_under_an_own_address_are_404(route: Route, world: World) -> None:
    assert route.access is not None
    foreign = {name: MAKERS[name](world.foreign) for name in things_in(route)}
    client = signed_in(world.people.owner)
    for method in route.access.methods:
        assert client.generic(method, address(route, world.store, **foreign)).status_code == 404, method


@ROUTES
def test_roles_get_what_the_matrix_says(route: Route, world: World) -> None:
    assert route.access is not None
    for person in world.people.insiders():
        role = ROLES[person.memberships.get().role_code]
        url, client = address(route, world.store), signed_in(person)
        for method in route.access.methods:
            status = client.generic(method, url).status_code
            if route.access.permission in role.permissions:
                assert status < 500, (role.code, method, status)
                assert status not in {403, 404, 405}, (role.code, method, status)
            else:
                assert status == 403, (role.code, method, status)


@ROUTES
def test_other_methods_are_405_for_those_who_may(route: Route, world: World) -> None:
    assert route.access is not None
    url, client = address(route, world.store), signed_in(world.people.owner)
    for method in set(METHODS) - set(route.access.methods) - ({"HEAD"} if "GET" in route.access.methods else set()):
        assert client.generic(method, url).status_code == 405, method


@ROUTES
def test_signed_out_goes_to_sign_in(route: Route, world: World) -> None:
    assert route.access is not None
    url = address(route, world.store)
    for method in route.access.methods:
        response = Client().generic(method, url)
        assert response.status_code == 302, method
        assert response["Location"].startswith(reverse("account_login") + "?next="), method


@ROUTES
def test_unsafe_methods_need_a_csrf_token(route: Route, world: World) -> None:
    assert route.access is not None
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people.owner)
    for method in set(route.access.methods) - {"GET"}:
        assert client.generic(method, address(route, world.store)).status_code == 403, method


def test_a_role_taken_away_counts_at_the_next_request(world: World) -> None:
    url = reverse("tenancy:store", args=[world.store.organization.slug, world.store.code])
    client = signed_in(world.people.viewer)
    assert client.get(url).status_code == 200
    world.people.viewer.memberships.get().delete()
    assert client.get(url).status_code == 404
