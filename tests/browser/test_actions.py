"""An integration that does something: added, set up, started, watched, scheduled, as a store's owner clicks; each page looked at."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignedIn
from tests.browser.demo import Demo
from tests.tab import Tab, objections

pytestmark = [pytest.mark.browser, pytest.mark.faults]
HUB = "/o/harbor-street/s/chi-03/hub/"


def look(tab: Tab, where: str) -> dict[str, list[str]]:
    """What is wrong with the page as it is, wide and narrow, light and dark."""
    found = []
    for width in (1280, 360):
        tab.page.set_viewport_size({"width": width, "height": 800})
        for theme in ("light", "dark"):
            tab.page.context.add_cookies([{"name": "theme", "value": theme, "url": tab.base}])
            tab.page.reload()
            found += [f"{theme} {width}: {each}" for each in objections(tab, width=width)]
    tab.page.set_viewport_size({"width": 1280, "height": 800})
    return {where: found} if found else {}


def test_an_action_is_set_up_started_watched_and_scheduled(signed_in: SignedIn, demo: Demo) -> None:
    tab = signed_in("owner@harborstreet.example")
    page = tab.page
    problems: dict[str, list[str]] = {}
    tab.go(f"{HUB}catalog/woocommerce/add/")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("link", name="Configure WooCommerce").click()
    page.get_by_label("Store URL").fill("https://shop.invalid")
    page.get_by_label("Consumer key").fill(f"ck_{'a' * 40}")
    page.get_by_label("Consumer secret").fill(f"cs_{'b' * 40}")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_role("link", name="Configure WooCommerce").click()
    page.get_by_role("link", name="Action", exact=True).click()
    tab_url = page.url

    card = page.locator("section.card").filter(has=page.get_by_role("heading", name="Pull orders", exact=True))
    expect(card.get_by_text("Next:")).to_be_visible()
    card.get_by_label("Runs by itself").select_option(label="Every day")
    card.get_by_label("Time of the day").fill("03:15")
    card.get_by_role("button", name="Save the schedule").click()
    expect(page.get_by_text("The schedule of Pull orders was saved.")).to_be_visible()
    expect(card.get_by_text(re.compile(r"Next: .*3:1[5-9]|Next: .*3:20"))).to_be_visible()

    page.get_by_label("Email address").fill("ops@harborstreet.example")
    page.get_by_role("button", name="Save the address").click()
    expect(page.get_by_label("Email address")).to_have_value("ops@harborstreet.example")

    card.get_by_role("button", name="Run now").click()
    page.wait_for_url("**/hub/runs/run_*/")
    run_url = page.url
    # A worker of its own takes it, finds no such shop, and says when it tries again; the page follows by itself.
    expect(page.get_by_text("The next try is at")).to_be_visible(timeout=40_000)
    problems |= look(tab, "run")
    page.goto(tab_url)
    expect(page.get_by_role("heading", name="Running now")).to_be_visible()
    problems |= look(tab, "action tab, running")
    page.locator("#action-runs").get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_text("Cancelled").first).to_be_visible()
    assert page.url == run_url
    page.goto(tab_url)
    expect(page.get_by_role("heading", name="Running now")).to_have_count(0)
    integration = tab_url.split("?", maxsplit=1)[0]
    for path in ("start/?action=pull_orders", "schedule/?action=pull_orders", "notification/"):
        page.goto(integration + path)
        problems |= look(tab, path)
    assert problems == {}
