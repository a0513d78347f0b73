"""What both walks through the manual's hub part begin with, and how they find things."""

from playwright.sync_api import Locator, Page, expect

from licensing.assignments import assign
from tests.browser.manual.conftest import Customer
from tests.factories.licensing import LicenseFactory, SubscriptionFactory

WEBHOOK = "Custom webhook"
RECEIVER = "https://partner.example.com/orders"


def license_first_store(customer: Customer) -> None:
    """The organization is on Enterprise with three licenses; the first store has one of them."""
    SubscriptionFactory.create(organization=customer.organization)
    assign(
        license=LicenseFactory.create(organization=customer.organization, quantity=3),
        stores=customer.stores[:1],
        by=None,
    )


def heading(page: Page, text: str) -> None:
    """The page that is open calls itself so."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def row(page: Page) -> Locator:
    return page.get_by_role("row").filter(has_text=WEBHOOK)


def settings_save(page: Page) -> Locator:
    return page.locator("#settings-form .form-actions").get_by_role("button", name="Save")


def is_upper_right(page: Page, thing: Locator) -> bool:
    """In the right half of the page, and in the upper half of the screen."""
    box, size = thing.bounding_box(), page.viewport_size
    assert box
    assert size
    return box["x"] > size["width"] / 2 and box["y"] + box["height"] < size["height"] / 2


def is_below_and_left_of(thing: Locator, other: Locator) -> bool:
    mine, its = thing.bounding_box(), other.bounding_box()
    assert mine
    assert its
    return mine["y"] > its["y"] and mine["x"] < its["x"]


def is_just_above(thing: Locator, table: Locator) -> bool:
    """Above it by less than its own height and a margin, and begins where it begins."""
    mine, its = thing.bounding_box(), table.bounding_box()
    assert mine
    assert its
    gap = its["y"] - mine["y"] - mine["height"]
    return 0 <= gap < 40 and abs(mine["x"] - its["x"]) < 40


def is_lower_right(thing: Locator, form: Locator) -> bool:
    """Below all of the form's fields, at its right-hand side."""
    mine, its = thing.bounding_box(), form.bounding_box()
    assert mine
    assert its
    return mine["y"] > its["y"] + its["height"] / 2 and mine["x"] > its["x"] + its["width"] / 2
