"""The manual's hub part by keyboard alone, in the dark: every step is reached by Tab, and pop-ups keep the focus."""

import pytest
from playwright.sync_api import Page, expect

from integrations.models import Integration
from tests.browser.manual.conftest import Customer, Picture, tab_to
from tests.browser.manual.hub import RECEIVER, WEBHOOK, heading, license_first_store, row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.innerText.trim().replace(/\\s+/g, ' ')")
    return text


def _follow(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_add_and_configure(customer: Customer, picture: Picture) -> None:
    license_first_store(customer)
    page = customer.at("s/doc/hub/", theme="dark").page
    _follow(page, "Configure/Manage Integrations")
    heading(page, "Current Integrations")
    _follow(page, "+ Add New Integration")
    heading(page, "Add Integrations")
    picture("keyboard-hub-add-integrations")
    _follow(page, f"Add {WEBHOOK}")
    heading(page, "Disclaimer")
    tab_to(page, "Terms and Conditions")
    page.keyboard.press("Space")
    expect(page.get_by_label("Terms and Conditions")).to_be_checked()
    picture("keyboard-hub-disclaimer")
    page.keyboard.press("Enter")
    heading(page, "Current Integrations")
    expect(row(page)).to_contain_text("Needs setup")
    picture("keyboard-hub-current-integrations")
    _follow(page, f"Configure {WEBHOOK}")
    page.wait_for_url("**/integrations/int_*/")
    tab_to(page, "Endpoint URL")
    page.keyboard.type(RECEIVER)
    picture("keyboard-hub-configure")
    page.keyboard.press("Enter")
    heading(page, "Current Integrations")
    assert Integration.objects.get().setting_values["url"] == RECEIVER


def test_deactivate_and_activate(customer: Customer, picture: Picture) -> None:
    license_first_store(customer)
    integration = Integration.objects.create(store=customer.stores[0], provider_slug="custom-webhook")
    page = customer.at("s/doc/hub/integrations/", theme="dark").page
    _follow(page, f"Delete {WEBHOOK}")
    popup = page.get_by_role("dialog")
    expect(popup).to_be_visible()
    assert _focused(page) == "Cancel"
    picture("keyboard-hub-the-delete-pop-up")
    page.keyboard.press("Escape")
    expect(popup).to_be_hidden()
    assert _focused(page) == f"Delete {WEBHOOK}"

    page.keyboard.press("Enter")
    assert _focused(page) == "Cancel"
    page.keyboard.press("Tab")
    assert _focused(page) == "Delete"
    page.keyboard.press("Enter")
    expect(page.get_by_text("No integrations yet")).to_be_visible()
    integration.refresh_from_db()
    assert integration.deactivated_at is not None

    _follow(page, "Active")
    heading(page, "Deactivated Integrations")
    _follow(page, f"Activate {WEBHOOK}")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert _focused(page) == "Cancel"
    picture("keyboard-hub-the-activate-pop-up")
    page.keyboard.press("Tab")
    assert _focused(page) == "Yes, Activate"
    page.keyboard.press("Enter")
    heading(page, "Current Integrations")
    expect(row(page)).to_be_visible()
    integration.refresh_from_db()
    assert integration.deactivated_at is None
