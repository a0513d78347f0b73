"""The product in a language written from right to left: its own stylesheet, mirrored, accessible, and no wider than a phone."""

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from backoffice.tenancy.models import Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.factories.webhooks import AttemptFactory, DeliveryFactory
from tests.tab import Tab, objections, open_tab

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hebrew(settings: Settings) -> None:
    settings.LANGUAGES = [("he", "Hebrew")]
    settings.LANGUAGE_CODE = "he"


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    IntegrationFactory.create(store=made)
    AttemptFactory.create(delivery=DeliveryFactory.create(exhausted=True, event__store=made))
    return made


def pages(store: Store) -> list[str]:
    home = store.get_absolute_url()
    return [
        "/",
        f"/o/{store.organization.slug}/",
        f"/o/{store.organization.slug}/license/",
        home,
        *(
            f"{home}hub/{rest}"
            for rest in ("", "catalog/", "integrations/", "api-keys/", "webhooks/", "webhooks/deliveries/")
        ),
    ]


@pytest.mark.usefixtures("hebrew")
@pytest.mark.parametrize("width", [1280, 360])
def test_mirrored(browser: Browser, live_server: LiveServer, store: Store, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    client = Client()
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    tab = open_tab(context, live_server.url)
    problems = {}
    for path in pages(store):
        tab.go(path)
        found = objections(tab, width=width) + tab.complaints + _not_mirrored(tab)
        tab.complaints.clear()
        if found:
            problems[path] = found
    context.close()
    assert problems == {}


def _not_mirrored(tab: Tab) -> list[str]:
    """The stylesheet for right to left is the one that was loaded, and the heading stands at the right edge of its column."""
    found = []
    if tab.page.evaluate("getComputedStyle(document.body).direction") != "rtl":
        found.append("reads from left to right")
    loaded = tab.page.evaluate("[...document.styleSheets].filter(s => s.cssRules.length).map(s => s.href || '')")
    tabler = [url.rsplit("/", 1)[1] for url in loaded if "tabler" in url]
    if tabler != ["tabler.rtl.min.css"]:
        found.append(f"loaded {tabler}")
    if not tab.page.evaluate(
        "(() => { const main = document.querySelector('main').getBoundingClientRect();"
        " const range = document.createRange(); range.selectNodeContents(document.querySelector('h1'));"
        " const words = range.getBoundingClientRect();"
        " return main.right - words.right < words.left - main.left; })()"
    ):
        found.append("the heading is not at the right")
    return found
