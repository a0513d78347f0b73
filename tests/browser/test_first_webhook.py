"""From the hub page to a test order that arrived and is understood: for an owner who has never seen a webhook."""

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.demo import Demo

pytestmark = [pytest.mark.browser, pytest.mark.faults]
STORE_OWNER = "store@harborstreet.example"
HUB = "/o/harbor-street/s/bos-02/hub/"
MOST_SECONDS, MOST_CLICKS = 180, 10


class Person:
    """Clicks, and counts them; takes the README's pictures where SCREENSHOTS names a folder."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.started = time.monotonic()

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def picture(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.wait_for_timeout(500)
            self.page.screenshot(path=Path(folder) / name)


def test_ten_clicks_and_three_minutes_lead_to_a_test_order_that_is_understood(demo: Demo, signed_in: SignedIn) -> None:
    tab = signed_in(STORE_OWNER, viewport={"width": 1100, "height": 720}, reduced_motion="reduce")
    page = tab.page
    tab.go(HUB)
    person = Person(page)
    person.picture("first-webhook-1.png")
    person.click(page.get_by_role("link", name="Order Webhook"))
    person.click(page.get_by_role("link", name="Add endpoint").first)
    page.get_by_label("URL").first.fill(f"{demo.receiver_url}/hooks/ok/first-webhook")
    person.click(page.locator("#endpoint-form .form-actions").get_by_role("button", name="Add endpoint"))

    expect(page.get_by_text("The test arrived.")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Not confirmed yet.")).to_have_count(0, timeout=30_000)
    person.click(page.get_by_role("button", name="Send test").first)
    answer = page.locator(".test-answer")
    expect(answer).to_contain_text("Test sent.")
    expect(answer).to_contain_text("The test arrived.", timeout=30_000)
    expect(answer).to_contain_text("The receiver answered 200 OK after")
    expect(answer).to_contain_text("a made-up order, signed as every order is")
    person.picture("first-webhook-2.png")
    person.click(answer.get_by_role("link", name="See what was sent and answered"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Test #TEST-1")
    expect(page.get_by_text("The receiver confirmed it.")).to_be_visible()
    expect(page.locator("details.attempt[open]")).to_contain_text("webhook-signature")
    expect(page.locator("#payload")).to_contain_text('"type": "webhook.test"')
    person.picture("first-webhook-3.png")
    assert person.clicks <= MOST_CLICKS
    assert time.monotonic() - person.started < MOST_SECONDS
    arrived = [call for call in demo.received("/hooks/ok/first-webhook") if call["order_id"] == "order_test"]
    assert len(arrived) == 2, "one greeted the new URL, one was sent by hand"


def test_a_test_that_fails_says_why_and_what_to_do_where_it_was_sent(demo: Demo, signed_in: SignedIn) -> None:
    tab = signed_in(STORE_OWNER)
    page = tab.page
    tab.go(f"{HUB}webhooks/add/")
    page.get_by_label("URL").first.fill(f"{demo.receiver_url}/hooks/status/401/first-webhook")
    page.locator("#endpoint-form .form-actions").get_by_role("button", name="Add endpoint").click()
    expect(page.get_by_text("The test did not arrive.")).to_be_visible(timeout=30_000)

    tab.go(f"{HUB}webhooks/")
    card = page.locator(".endpoint-card").filter(has_text="/hooks/status/401/first-webhook")
    card.get_by_role("button", name=re.compile("Send test")).click()
    answer = card.locator(".test-answer")
    expect(answer).to_contain_text("The receiver answered 401 Unauthorized", timeout=30_000)
    expect(answer).to_contain_text("Likely cause: The receiver wants credentials")
    expect(answer).to_contain_text("What to do: Ask your partner")
    assert page.url.endswith("/hub/webhooks/"), "nothing was left"

    switch = card.get_by_role("switch", name=re.compile("Refund Order"))
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
    page.reload()
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    card.get_by_role("switch", name=re.compile("Close Order")).click()
    expect(page.get_by_text("At least one event stays on.")).to_be_visible()
    expect(card.get_by_role("switch", name=re.compile("Close Order"))).to_have_attribute("aria-checked", "true")


@pytest.mark.usefixtures("orders")
def test_charts_follow_the_chosen_time_and_code_the_chosen_language(signed_in: SignedIn) -> None:
    tab = signed_in("owner@harborstreet.example", viewport={"width": 1280, "height": 800})
    page = tab.page
    tab.go("/o/harbor-street/s/nyc-01/hub/webhooks/deliveries/")
    expect(page.locator("#results tbody tr")).not_to_have_count(0)
    Person(page).picture("deliveries.png")
    tab.go("/o/harbor-street/s/nyc-01/hub/webhooks/")
    page.locator("a[href*='/webhooks/endpoints/']").first.click()
    page.evaluate("window.openedOnce = true")
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"\?span=7d$"))
    assert page.evaluate("window.openedOnce") is True
    expect(page.get_by_role("img", name=re.compile("Attempts over the last 7 days"))).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Examples and code for whoever builds the receiver").click()
    page.get_by_role("link", name="Go", exact=True).click()
    expect(page.locator("#snippet")).to_contain_text("hmac.Equal")
    page.get_by_role("link", name="Refund Order").click()
    expect(page.locator("#example")).to_contain_text('"reason": "Cold food"')
    expect(page.locator("#snippet")).to_contain_text("hmac.Equal")
