"""Buying as an enterprise admin does: by mouse, by keyboard alone, on a phone, without scripts, and with a nervous finger."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from licensing.models import Order
from tests.factories.licensing import hub_on_sale
from tests.licensing.browser.conftest import Admins, Shop
from tests.tab import Tab, objections

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def upgrade(shop: Shop) -> str:
    """The address of Upgrade; the shop's eight licenses run for thirty days from today."""
    hub_on_sale()
    subscription = shop.organization.subscription
    subscription.term_starts_on = timezone.localdate()
    subscription.renews_on = timezone.localdate() + timedelta(days=30)
    subscription.save()
    return f"/o/{shop.organization.slug}/upgrade/"


@pytest.fixture
def buying(admins: Admins, upgrade: str) -> Tab:
    """An admin's tab at the Enterprise level."""
    tab = admins()
    tab.go(f"{upgrade}manage-plan/enterprise/")
    return tab


def quantity_of(shop: Shop) -> int | None:
    shop.license.refresh_from_db()
    return shop.license.quantity


def expect_invoice(tab: Tab, total: str) -> None:
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Invoice INV-000001")
    expect(tab.page.locator(".invoice-lines tfoot td")).to_have_text(total)


def test_by_mouse_from_upgrade_to_the_invoice(admins: Admins, shop: Shop, upgrade: str) -> None:
    tab = admins()
    page = tab.page
    tab.go(upgrade)
    page.get_by_role("link", name="Manage Plan").click()
    page.get_by_role("link", name="Enterprise Level").click()
    crumbs = page.get_by_role("navigation", name="Breadcrumb").get_by_role("listitem")
    assert [text.strip() for text in crumbs.all_inner_texts()] == ["Upgrade", "Manage Plan", "Enterprise Level"]
    for _ in range(2):
        page.get_by_role("button", name="Increase Integration Hub").click()
    expect(page.locator("#total")).to_have_text("$38.00")
    page.get_by_role("button", name="Increase Integration Hub").click()
    page.get_by_role("button", name="Decrease Integration Hub").click()
    expect(page.locator("#total")).to_have_text("$38.00")
    page.get_by_role("button", name="Confirm").click()
    expect_invoice(tab, "$38.00")
    expect(page.get_by_role("status").filter(has_text="Confirmed.")).to_be_visible()
    assert quantity_of(shop) == 10
    page.get_by_role("link", name="Assign licenses").click()
    expect(page.get_by_text("of 10 used")).to_be_visible()


def test_by_keyboard_alone(shop: Shop, buying: Tab) -> None:
    page = buying.page
    box = page.get_by_role("spinbutton", name="Integration Hub")
    for _ in range(40):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    live = page.locator("[aria-live=polite] #pane")
    expect(live).to_contain_text("Max Stores goes from 8 to 10.")
    expect(live).to_contain_text("$38.00")
    expect(box).to_be_focused()
    confirm = page.get_by_role("button", name="Confirm")
    for _ in range(20):
        page.keyboard.press("Tab")
        if confirm.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect_invoice(buying, "$38.00")
    assert quantity_of(shop) == 10


def test_confirm_struck_twice_makes_one_order(admins: Admins, shop: Shop, upgrade: str) -> None:
    tab = admins()
    tab.go(f"{upgrade}manage-plan/enterprise/?quantity=9&billing_period=monthly&coupon=")
    tab.page.get_by_role("button", name="Confirm").dblclick()
    expect_invoice(tab, "$19.00")
    assert Order.objects.count() == 1


def test_without_scripts(admins: Admins, shop: Shop, upgrade: str) -> None:
    tab = admins(java_script_enabled=False)
    page = tab.page
    tab.go(f"{upgrade}manage-plan/enterprise/")
    page.get_by_label("Integration Hub", exact=True).fill("11")
    page.get_by_role("button", name="Update total").click()
    expect(page.locator("#total")).to_have_text("$57.00")
    page.get_by_role("button", name="Confirm").click()
    expect_invoice(tab, "$57.00")
    assert quantity_of(shop) == 11


def test_fewer_than_used_names_the_stores_and_offers_no_confirm(shop: Shop, buying: Tab) -> None:
    page = buying.page
    page.get_by_label("Integration Hub", exact=True).fill("5")
    refusal = page.get_by_role("alert").filter(has_text="This cannot be confirmed.")
    expect(refusal).to_contain_text("6 stores still use this add-on.")
    expect(refusal).to_contain_text("Harbor Street Albany")
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)


def test_a_printed_invoice_is_the_invoice_alone(admins: Admins, shop: Shop, upgrade: str) -> None:
    tab = admins()
    tab.go(f"{upgrade}manage-plan/enterprise/?quantity=9&billing_period=monthly&coupon=")
    tab.page.get_by_role("button", name="Confirm").click()
    expect_invoice(tab, "$19.00")
    tab.page.emulate_media(media="print")
    expect(tab.page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(tab.page.get_by_role("link", name="Assign licenses")).to_be_hidden()
    expect(tab.page.locator(".invoice")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_and_fits(admins: Admins, shop: Shop, upgrade: str, theme: str, width: int) -> None:
    tab = admins(theme=theme, viewport={"width": width, "height": 800})
    tab.go(f"{upgrade}manage-plan/enterprise/?quantity=9&billing_period=monthly&coupon=nothing")
    problems = {"confirm": objections(tab, width=width)}
    tab.page.get_by_role("button", name="Confirm").click()
    expect_invoice(tab, "$19.00")
    problems["invoice"] = objections(tab, width=width)
    shop.organization.subscription.__class__.objects.update(grace_ends_on=timezone.localdate() + timedelta(days=9))
    for path in (
        "",
        "manage-plan/",
        "manage-plan/starter/",
        "manage-plan/pro/",
        "manage-plan/enterprise/?quantity=3&billing_period=monthly&coupon=",
        "manage-plan/enterprise/?quantity=-3&billing_period=monthly&coupon=",
        "billing-history/",
        "license-history/",
    ):
        tab.go(upgrade + path)
        problems[path] = objections(tab, width=width)
    assert {path: found for path, found in problems.items() if found} == {}


def test_a_number_that_was_typed_is_confirmed_by_one_click(shop: Shop, buying: Tab) -> None:
    """Leaving the box asks for no other quote, which would take the button from under the finger."""
    page = buying.page
    page.get_by_role("spinbutton", name="Integration Hub").press("ControlOrMeta+a")
    page.keyboard.type("10")
    expect(page.locator("#total")).to_have_text("$38.00")
    page.get_by_role("button", name="Confirm").click(delay=400)
    expect_invoice(buying, "$38.00")
    assert quantity_of(shop) == 10


def test_nothing_can_be_confirmed_until_its_quote_is_there(shop: Shop, buying: Tab) -> None:
    page = buying.page
    box, confirm = page.get_by_role("spinbutton", name="Integration Hub"), page.get_by_role("button", name="Confirm")
    box.fill("9")
    expect(page.locator("#total")).to_have_text("$19.00")
    expect(confirm).to_be_enabled()
    assert box.evaluate(
        """box => {
            box.value = "10";
            box.dispatchEvent(new Event("input", { bubbles: true }));
            return document.getElementById("confirm").matches(":disabled");
        }"""
    )
    expect(page.locator("#total")).to_have_text("$38.00")
    expect(confirm).to_be_enabled()


def test_an_answer_to_what_was_entered_before_opens_nothing(shop: Shop, buying: Tab) -> None:
    page = buying.page
    box, confirm = page.get_by_role("spinbutton", name="Integration Hub"), page.get_by_role("button", name="Confirm")
    box.fill("9")
    expect(confirm).to_be_enabled()
    closed = box.evaluate(
        """box => {
            box.value = "10";
            box.dispatchEvent(new Event("input", { bubbles: true }));
            const confirm = document.getElementById("confirm-box");
            confirm.disabled = false;
            document.dispatchEvent(new CustomEvent("htmx:afterSwap"));
            return confirm.disabled;
        }"""
    )
    assert closed
    expect(page.locator("#total")).to_have_text("$38.00")
    expect(confirm).to_be_enabled()


def test_a_number_that_cannot_be_bought_is_said_where_it_stands(shop: Shop, buying: Tab) -> None:
    page = buying.page
    box = page.get_by_role("spinbutton", name="Integration Hub")
    box.evaluate("box => box.addEventListener('invalid', () => { box.dataset.told = box.validationMessage; })")
    box.fill("20000")
    expect(box).to_have_attribute("data-told", re.compile("10,?000"))
    expect(box).to_be_focused()
