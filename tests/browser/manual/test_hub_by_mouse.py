"""The manual's hub part, sentence by sentence, with the mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from integrations.models import Consent, Integration
from tests.browser.manual.conftest import Customer, Picture
from tests.browser.manual.hub import (
    RECEIVER,
    WEBHOOK,
    heading,
    is_below_and_left_of,
    is_just_above,
    is_lower_right,
    is_upper_right,
    license_first_store,
    row,
    settings_save,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPTIONS = ("Browse And Subscribe Integrations", "Configure/Manage Integrations", "Developer API Key", "Order Webhook")


def _option(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("link", name=name).click()


def test_browse_add_configure_deactivate_activate(customer: Customer, picture: Picture) -> None:
    license_first_store(customer)
    tab = customer.at("s/doc/")
    page = tab.page
    picture("hub-0a-log-in-and-select-a-store")
    page.get_by_role("main").get_by_role("link", name="Integration Hub").click()
    heading(page, "Integration Hub")
    for name in OPTIONS:
        expect(page.get_by_role("main").get_by_role("link", name=name)).to_be_visible()
    picture("hub-0b-on-the-integration-hub-page-options-are-available")

    _option(page, OPTIONS[0])
    heading(page, "Add Integrations")
    expect(page.get_by_role("link", name=f"Add {WEBHOOK}")).to_be_visible()
    picture("hub-1-browse-and-subscribe-integrations")
    page.go_back()

    _option(page, OPTIONS[1])
    heading(page, "Current Integrations")
    expect(page.get_by_text("No integrations yet")).to_be_visible()
    picture("hub-2-1-the-current-integration-page-appears")
    add_new = page.get_by_role("link", name="+ Add New Integration")
    assert is_upper_right(page, add_new)
    add_new.click()
    heading(page, "Add Integrations")
    picture("hub-2-2-1-1-the-add-integrations-page-appears")
    page.get_by_role("link", name=f"Know More about {WEBHOOK}").click()
    heading(page, f"Guide to {WEBHOOK}")
    picture("hub-2-2-1-2-know-more-shows-the-user-guide")
    page.go_back()

    page.get_by_role("link", name=f"Add {WEBHOOK}").click()
    heading(page, "Disclaimer")
    box, confirm = page.get_by_label("Terms and Conditions"), page.get_by_role("button", name="Confirm")
    assert is_upper_right(page, confirm)
    assert is_below_and_left_of(box, confirm)
    picture("hub-2-2-1-3a-the-disclaimer-page-appears")
    box.check()
    picture("hub-2-2-1-3b-select-the-terms-and-conditions-box")
    confirm.click()
    heading(page, "Current Integrations")
    expect(row(page)).to_contain_text("Needs setup")
    picture("hub-2-2-1-4-the-integration-appears-as-a-row")
    assert Consent.objects.get().accepted_by == customer.admin

    row(page).get_by_role("link", name=f"Configure {WEBHOOK}").click()
    for name in ("Settings", "Action"):
        expect(page.get_by_role("navigation", name="Configuration").get_by_role("link", name=name)).to_be_visible()
    picture("hub-2-3-1-2a-configuration-with-tabs-for-settings-and-action")
    page.get_by_role("navigation", name="Configuration").get_by_role("link", name="Action").click()
    picture("hub-2-3-1-2b-the-action-tab")
    page.get_by_role("navigation", name="Configuration").get_by_role("link", name="Settings").click()
    page.get_by_label("Endpoint URL").fill(RECEIVER)
    assert is_lower_right(settings_save(page), page.locator("#settings-form"))
    picture("hub-2-3-1-2c-configure-the-credentials")
    settings_save(page).click()
    heading(page, "Current Integrations")
    expect(page.locator("[data-notice]")).to_contain_text("saved")
    picture("hub-2-3-1-3-saved-and-returned-to-current-integrations")
    assert Integration.objects.get().setting_values["url"] == RECEIVER


def test_the_developer_api_key_and_the_order_webhook(customer: Customer, picture: Picture) -> None:
    license_first_store(customer)
    page = customer.at("s/doc/hub/").page
    _option(page, OPTIONS[2])
    heading(page, "Developer API Key")
    expect(page.get_by_text(re.compile("hub_live_")).first).to_be_visible()
    picture("hub-3-developer-api-key")
    page.go_back()
    _option(page, OPTIONS[3])
    heading(page, "Order Webhook")
    picture("hub-4-order-webhook")


def test_deactivate_and_activate(customer: Customer, picture: Picture) -> None:
    license_first_store(customer)
    integration = Integration.objects.create(store=customer.stores[0], provider_slug="custom-webhook")
    page = customer.at("s/doc/hub/integrations/").page
    trash = row(page).get_by_role("link", name=f"Delete {WEBHOOK}")
    trash.click()
    popup = page.get_by_role("dialog")
    expect(popup.get_by_role("button", name="Delete")).to_be_visible()
    picture("hub-deactivate-1-2a-the-delete-pop-up-appears")
    popup.get_by_role("link", name="Cancel").click()
    expect(popup).to_be_hidden()
    heading(page, "Current Integrations")
    expect(row(page)).to_be_visible()
    picture("hub-deactivate-1-2b-cancel-keeps-it-active")
    trash.click()
    popup.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No integrations yet")).to_be_visible()
    expect(page.locator("[data-notice]").get_by_role("button", name="Undo")).to_be_visible()
    picture("hub-deactivate-1-2c-delete-deactivates-it")

    page.get_by_role("link", name="Active", exact=True).click()
    heading(page, "Deactivated Integrations")
    switch = page.get_by_role("link", name="Deactivated", exact=True)
    assert is_just_above(switch, page.locator("table"))
    picture("hub-activate-2-1-the-deactivated-integrations-appear")
    check = row(page).get_by_role("link", name=f"Activate {WEBHOOK}")
    check.click()
    popup = page.get_by_role("dialog")
    expect(popup.get_by_role("button", name="Yes, Activate")).to_be_visible()
    picture("hub-activate-2-3a-the-activate-pop-up-appears")
    popup.get_by_role("link", name="Cancel").click()
    expect(popup).to_be_hidden()
    heading(page, "Deactivated Integrations")
    expect(row(page)).to_be_visible()
    picture("hub-activate-2-3b-cancel-keeps-it-inactive")
    check.click()
    popup.get_by_role("button", name="Yes, Activate").click()
    heading(page, "Current Integrations")
    expect(row(page)).to_be_visible()
    picture("hub-activate-2-3c-it-appears-as-active")
    integration.refresh_from_db()
    assert integration.deactivated_at is None


def test_undo_brings_it_back(customer: Customer, picture: Picture) -> None:
    license_first_store(customer)
    integration = Integration.objects.create(store=customer.stores[0], provider_slug="custom-webhook")
    page = customer.at("s/doc/hub/integrations/", viewport={"width": 360, "height": 740}).page
    picture("phone-hub-current-integrations")
    for place in ("catalog/", "catalog/slack/", "catalog/slack/guide/", "catalog/slack/add/stores/"):
        page.goto(page.url.replace("integrations/", place))
        picture(f"phone-hub-{place.strip('/').replace('/', '-')}")
        page.go_back()
    row(page).get_by_role("link", name=f"Delete {WEBHOOK}").click()
    picture("phone-hub-the-delete-pop-up")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.locator("[data-notice]").get_by_role("button", name="Undo").click()
    expect(row(page)).to_be_visible()
    integration.refresh_from_db()
    assert integration.deactivated_at is None
