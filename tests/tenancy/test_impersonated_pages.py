"""Every page as support sees it that is signed in as a customer: the banner on each, and no secret on any."""

import re

import pytest
from django.urls import reverse

from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.routes import Route, tenant_routes
from tests.tenancy.impersonating import fresh, impersonating
from tests.tenancy.test_every_url import address, each
from tests.tenancy.test_impersonation import BANNER

pytestmark = pytest.mark.django_db

REFUSED = "/support/refused/"
SECRET = re.compile(r"hub_(?:live|test)_\w{30,}|whsec_[\w+/=-]{20,}")
#: What is the customer's alone, by its methods: it asks them for their password, makes a key, buys, or accepts terms.
CUSTOMERS_ALONE = {
    "integrations:add_to_stores": {"POST"},
    "integrations:create_key": {"GET", "POST"},
    "integrations:disclaimer": {"POST"},
    "integrations:show_key": {"POST"},
    "integrations:organization_key_create": {"GET", "POST"},
    "integrations:organization_key_roll": {"GET", "POST"},
    "integrations:organization_key_show": {"POST"},
    "integrations:roll_key": {"GET", "POST"},
    "integrations:terms": {"POST"},
    "licensing:plan_confirm": {"POST"},
    "webhooks:customer_erasure_confirm": {"POST"},
    "webhooks:endpoint_roll": {"GET", "POST"},
    "webhooks:endpoint_secret": {"POST"},
    "webhooks:organization_endpoint_roll": {"GET", "POST"},
    "webhooks:organization_endpoint_secret": {"POST"},
    "webhooks:store_export": {"POST"},
}


@each(tenant_routes())
def test_every_page_has_the_banner_and_none_a_secret(route: Route) -> None:
    assert route.access is not None
    store = LicensedStoreFactory.create()
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    client = impersonating(owner)
    refused = set()
    for method in route.access.methods:
        answer = client.generic(method, address(route, store))
        text = b"".join(answer).decode(errors="replace") if answer.streaming else answer.text
        assert SECRET.search(text) is None, method
        # The page for 400 asks for no session, and so names nobody.
        if "<html" in text and answer.status_code != 400:
            assert BANNER in text, method
            assert f"of <strong>{store.organization.name}</strong>" in text
        if answer.headers.get("Location") == REFUSED:
            refused.add(method)
    assert refused == CUSTOMERS_ALONE.get(route.name, set())


def test_none_of_it_is_refused_to_the_owner() -> None:
    store = LicensedStoreFactory.create()
    client = fresh(MemberFactory.create(owner=True, organization=store.organization).user)
    (show_key,) = [route for route in tenant_routes() if route.name == "integrations:show_key"]
    assert SECRET.search(client.post(address(show_key, store)).text) is not None
    for name, methods in CUSTOMERS_ALONE.items():
        (route,) = [route for route in tenant_routes() if route.name == name]
        for method in methods:
            assert client.generic(method, address(route, store)).headers.get("Location") != REFUSED, name


@pytest.mark.parametrize("has_password", [True, False])
def test_the_account_is_the_customers_alone(has_password: bool) -> None:
    """Also of somebody without a password, who has nothing to confirm."""
    customer = MemberFactory.create(owner=True).user
    if not has_password:
        customer.set_unusable_password()
        customer.save()
    client = impersonating(customer)
    stored = (customer.password, customer.email)
    for name in ("email", "change_password", "set_password", "reauthenticate", "reset_password", "login", "signup"):
        for method in ("GET", "POST"):
            answer = client.generic(method, reverse(f"account_{name}"))
            assert (answer.status_code, answer["Location"]) == (303, REFUSED), (name, method)
    customer.refresh_from_db()
    assert (customer.password, customer.email) == stored


def test_somebody_without_a_password_has_confirmed_nothing() -> None:
    store = LicensedStoreFactory.create()
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    owner.set_unusable_password()
    owner.save()
    client = impersonating(owner)
    (route,) = [route for route in tenant_routes() if route.name == "integrations:show_key"]
    assert client.post(address(route, store))["Location"] == REFUSED


def test_a_panel_that_is_refused_moves_the_page() -> None:
    store = LicensedStoreFactory.create()
    client = impersonating(MemberFactory.create(owner=True, organization=store.organization).user)
    (route,) = [route for route in tenant_routes() if route.name == "webhooks:endpoint_secret"]
    answer = client.post(address(route, store), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, REFUSED)


def test_the_admin_site_is_not_reachable() -> None:
    client = impersonating(MemberFactory.create(owner=True).user)
    answer = client.get("/admin/", follow=True)
    assert (answer.status_code, answer.redirect_chain) == (403, [("/admin/login/?next=/admin/", 302)])
    assert BANNER in answer.text


@pytest.mark.parametrize("status", [403, 404, 405])
def test_error_pages_have_the_banner(status: int) -> None:
    store = LicensedStoreFactory.create()
    client = impersonating(MemberFactory.create(viewer=True, organization=store.organization, stores=[store]).user)
    place = [store.organization.slug]
    url = {403: reverse("tenancy:history", args=place), 404: "/nothing/", 405: "/support/stop/"}[status]
    answer = client.get(url)
    assert answer.status_code == status
    assert BANNER in answer.text
