"""Every main page as an enterprise's owner sees it: axe, console, policy and width, in both themes."""

import pytest

from tests.browser.conftest import SignedIn
from tests.tab import Tab, objections

pytestmark = [pytest.mark.browser, pytest.mark.faults, pytest.mark.usefixtures("orders")]
STORE = "/o/harbor-street/s/nyc-01/"
HUB = f"{STORE}hub/"
PAGES = [
    "/",
    "/o/harbor-street/",
    "/o/harbor-street/license/",
    "/o/harbor-street/history/",
    "/o/harbor-street/mails/",
    "/o/harbor-street/upgrade/",
    "/o/harbor-street/upgrade/manage-plan/",
    "/o/harbor-street/upgrade/manage-plan/enterprise/",
    "/o/harbor-street/upgrade/billing-history/",
    "/o/harbor-street/upgrade/billing-history/inv-000001/",
    "/o/harbor-street/upgrade/license-history/",
    "/o/harbor-street/s/phx-10/hub/",
    "/o/harbor-street/s/phx-10/upgrade/",
    "/o/harbor-street/s/chi-03/hub/catalog/custom-webhook/add/",
    "/api/v1/docs",
    "/o/harbor-street/?state=closed",
    "/o/harbor-street/customers/",
    STORE,
    f"{STORE}close/",
    f"{STORE}export/",
    HUB,
    f"{HUB}catalog/",
    f"{HUB}catalog/custom-webhook/",
    f"{HUB}catalog/custom-webhook/guide/",
    f"{HUB}catalog/slack/add/stores/",
    f"{HUB}catalog/?q=nothing-like-it&sort=popular",
    f"{HUB}integrations/",
    f"{HUB}api-keys/",
    f"{HUB}api-keys/create/",
    "/o/harbor-street/api-keys/",
    "/o/harbor-street/api-keys/?q=nothing-like-it",
    "/o/harbor-street/api-keys/create/",
    "/o/harbor-street/webhooks/",
    "/o/harbor-street/webhooks/add/",
    f"{HUB}webhooks/",
    f"{HUB}webhooks/add/",
    f"{HUB}webhooks/receiving/",
    f"{HUB}webhooks/deliveries/",
]
# A page with a list, and the link in it that leads to one of the things listed.
DETAILS = [
    (f"{HUB}api-keys/", "tbody a[href*='/api-keys/key_']"),
    ("/o/harbor-street/api-keys/", "tbody a[href*='/api-keys/key_']"),
    (f"{HUB}integrations/", "a[href*='/hub/integrations/int_']"),
    (f"{HUB}webhooks/", "a[href*='/webhooks/endpoints/']"),
    (f"{HUB}webhooks/deliveries/", "#results tbody a"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_accessible_quiet_and_narrow(signed_in: SignedIn, theme: str, width: int) -> None:
    tab = signed_in(
        "owner@harborstreet.example",
        theme=theme,
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )
    problems = {}
    details = [_first(tab, *detail) for detail in DETAILS]
    copies = [f"{path}copy/" for path in details if "/hub/integrations/int_" in path]
    for path in [*PAGES, *details, *copies]:
        answer = tab.page.goto(tab.base + path)
        found = objections(tab, width=width) + tab.complaints
        if answer is None or answer.status != 200:
            found.append(f"answered {answer.status if answer else None}")
        tab.complaints.clear()
        if found:
            problems[path] = found
    assert problems == {}


def _first(tab: Tab, path: str, link: str) -> str:
    tab.go(path)
    return tab.page.locator(link).first.get_attribute("href") or ""
