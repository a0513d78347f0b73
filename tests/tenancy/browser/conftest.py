"""Support staff at a real browser, in front of one row of everything."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.factories.accounts import UserFactory
from tests.factories.everything import one_of_everything
from tests.licensing.browser.conftest import tab_of
from tests.tab import Tab


@pytest.fixture
def support(transactional_db: None, browser: Browser, live_server: LiveServer) -> Iterator[Tab]:
    """Fails the test if the browser complained."""
    one_of_everything()
    context, tab = tab_of(UserFactory.create(support=True), browser, live_server.url)
    yield tab
    context.close()
    assert tab.complaints == []
