"""Every trail of breadcrumbs leads from the store to the page that is open."""

import re

import pytest
from django.test import Client

from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.routes import Route, tenant_routes
from tests.tenancy.test_every_url import address

pytestmark = pytest.mark.django_db

PAGES = [
    route
    for route in tenant_routes()
    if route.access and route.access.scope == "store" and "GET" in route.access.methods and "hub/" in route.path
]
#: The hub itself stands at the store's first level; the rest of what answers GET without a trail is no page.
WITHOUT = {"integrations:hub"}


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_from_the_store_to_here(client: Client, route: Route) -> None:
    store = LicensedStoreFactory.create()
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    response = client.get(address(route, store))
    html = "" if response.streaming or response.status_code != 200 else response.text
    trail = re.search(r'<nav class="crumbs".*?</nav>', html, re.DOTALL)
    if trail is None:
        assert "<html" not in html or route.name in WITHOUT
        return
    steps = re.findall(r"<li>(.*?)</li>", trail[0], re.DOTALL)
    assert f'href="{store.get_absolute_url()}"' in steps[0]
    assert "Integration Hub" in steps[1]
    assert re.search(r'<span\s+aria-current="page"\s*>\s*[^<\s]', steps[-1])
    assert all("aria-current" not in step for step in steps[:-1])
