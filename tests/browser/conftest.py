"""One demo for all browser tests of a session, and people signed in through its real sign-in page."""

import random
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, StorageState

from backoffice.demo.simulator import Api, Simulator, tills_of
from tests.browser.demo import Demo, DemoProcess
from tests.tab import Tab, open_tab


class SignedIn(Protocol):
    def __call__(self, email: str, *, theme: str = "light", **options: Any) -> Tab: ...


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    process = DemoProcess(tmp_path_factory.mktemp("demo"))
    yield process.start()
    assert process.stop() == 0


@pytest.fixture
def api(demo: Demo) -> Iterator[Api]:
    connection = Api(demo.url)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def orders(demo: Demo) -> None:
    """A store, NYC-01, with something to show: real orders in several states, some to an endpoint that fails now and then."""
    tills = [till for till in tills_of({"stores": demo.stores}) if till.name == "NYC-01"]
    api = Api(demo.url)
    Simulator(api, tills, rate=100, chance=random.Random(7), say=lambda _: None).run(events=40)
    api.close()


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """Cookies by email: signing in too often is refused, as it should be."""
    return {}


@pytest.fixture
def signed_in(browser: Browser, demo: Demo, sessions: dict[str, StorageState]) -> Iterator[SignedIn]:
    """Opens tabs of signed-in people; fails the test if one of the browsers complained."""
    opened: list[tuple[BrowserContext, Tab, str]] = []

    def sign_in(email: str, *, theme: str = "light", anew: bool = False, **options: Any) -> Tab:
        """`anew`: as somebody who has confirmed the password for nothing yet, whatever tests before have done."""
        if anew or email not in sessions:
            fresh = browser.new_context()
            sign_in_by_form(open_tab(fresh, demo.url), email, demo.password(email))
            sessions[email] = fresh.storage_state()
            fresh.close()
        context = browser.new_context(storage_state=sessions[email], **options)
        context.add_cookies([{"name": "theme", "value": theme, "url": demo.url}])
        tab = open_tab(context, demo.url)
        opened.append((context, tab, email))
        return tab

    yield sign_in
    complaints = [text for _, tab, _ in opened for text in tab.complaints]
    for context, _, email in opened:
        # Entering the password once more gives the session a new id.
        sessions[email] = context.storage_state()
        context.close()
    assert complaints == []


def sign_in_by_form(tab: Tab, email: str, password: str) -> None:
    """Ends on the page that follows."""
    tab.go("/accounts/login/")
    tab.page.get_by_label("Email").fill(email)
    tab.page.get_by_label("Password", exact=True).fill(password)
    tab.page.get_by_role("button", name="Sign in").click()
    tab.page.wait_for_url(lambda url: "/accounts/login/" not in url)
