"""Every page of the admin site as support staff see it: policy, console and axe, light and dark, wide and narrow."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import ViewportSize

from backoffice.accounts.models import User
from backoffice.tenancy.models import Organization
from licensing.models import Order
from tests.factories.accounts import PASSWORD
from tests.tab import Tab, violations
from webhooks.models import CustomerErasure

pytestmark = pytest.mark.browser

APPS = sorted({model._meta.app_label for model in admin.site._registry})
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=800)
PALE = ["color-contrast", "link-in-text-block"]
SMALL = ["target-size", "scrollable-region-focusable"]


def pages_of(app: str) -> Iterator[str]:
    """The pages that Django makes for each model of the app, as far as support may open them."""
    yield reverse("admin:app_list", args=[app])
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)
    for model, page in admin.site._registry.items():
        if model._meta.app_label == app:
            yield from _pages(model, page, request)


def _pages(model: type[Model], page: "ModelAdmin[Model]", request: HttpRequest) -> Iterator[str]:
    def at(name: str, *args: object) -> str:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)

    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"one_of_everything() makes no {model._meta.label}"
    yield at("changelist")
    yield at("changelist") + "?q=nothing-like-it"
    if page.has_add_permission(request):
        yield at("add")
        yield at("add") + "?_popup=1"
    yield at("change", row.pk)
    yield at("history", row.pk)
    if page.has_delete_permission(request, row):
        yield at("delete", row.pk)


def looked_at(tab: Tab, path: str) -> list[str]:
    """What the browser and axe object to on the page, in four looks of which the later ask only what can differ."""
    answer = tab.page.goto(tab.base + path)
    found = [] if answer is not None and answer.ok else [f"answered {answer and answer.status}"]
    found += objections(tab)
    tab.complaints.clear()
    return found


def objections(tab: Tab) -> list[str]:
    # Before axe, which fetches what a stylesheet imports and tries it as an inline style: the policy refuses that, as it should.
    found = list(tab.complaints)
    found += violations(tab.page, preload=False)
    tab.page.set_viewport_size(NARROW)
    width = tab.page.evaluate("document.documentElement.scrollWidth")
    found += [f"scrolls sideways, to {width} px"] if width > NARROW["width"] else []
    found += [f"narrow: {text}" for text in violations(tab.page, rules=SMALL, preload=False)]
    tab.page.set_viewport_size(WIDE)
    tab.page.emulate_media(color_scheme="dark")
    tab.page.evaluate("Promise.all(document.getAnimations().map((glide) => glide.finished))")
    found += [f"dark: {text}" for text in violations(tab.page, rules=PALE, preload=False)]
    tab.page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("app", APPS)
def test_pages_of_every_model(support: Tab, app: str) -> None:
    assert {path: found for path in pages_of(app) if (found := looked_at(support, path))} == {}


def test_pages_of_the_site_itself(support: Tab) -> None:
    """And what support sees of the pages that customers have."""
    user = User.objects.get(is_superuser=True)
    paths = [
        reverse("admin:index"),
        reverse("admin:password_change"),
        reverse("admin:auth_user_password_change", args=[user.pk]),
        reverse("admin:licensing_order_void", args=[Order.objects.get().pk]),
        reverse("tenancy:start"),
        reverse("tenancy:mails"),
        reverse("account_change_password"),
        reverse("account_reauthenticate"),
    ]
    assert {path: found for path in paths if (found := looked_at(support, path))} == {}


def test_a_deletion_of_several_and_an_erasure_are_confirmed(support: Tab) -> None:
    page = support.page
    support.go(reverse("account_reauthenticate"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "reauthenticate" not in url)
    for model, action, heading in (
        ("licensing_coupon", "delete_selected", "Delete multiple objects"),
        ("webhooks_customererasure", "erase", "Erase the customer?"),
    ):
        support.go(reverse(f"admin:{model}_changelist"))
        page.locator("input.action-select").first.check()
        page.get_by_label("Action:").select_option(action)
        page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
        page.get_by_role("heading", name=heading).wait_for()
        assert objections(support) == []
    page.get_by_role("button", name="Erase").click()
    erasure = CustomerErasure.objects.get()
    assert page.locator("ul.messagelist").inner_text() == f"{erasure.public_id} is being erased."
    assert erasure.state == "erasing"


def test_what_forms_grow(support: Tab) -> None:
    """Another row of an inline, what an autocomplete finds, the calendar, the list beside, and what is wrong with what was sent."""
    page = support.page
    organization = Organization.objects.get()
    support.go(reverse("admin:tenancy_organization_change", args=[organization.pk]))
    page.get_by_role("button", name="Add another Member").or_(page.get_by_text("Add another Member")).click()
    assert page.locator("tr.dynamic-members").count() == 2
    page.locator("tr.dynamic-members .select2-selection").last.click()
    page.locator(".select2-results__option").first.wait_for()
    assert objections(support) == []
    page.keyboard.press("Escape")
    page.get_by_label("Name:").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("p.errornote").wait_for()
    assert objections(support) == []
    support.go(reverse("admin:licensing_coupon_add"))
    page.get_by_role("link", name="Choose a Date").first.click()
    page.locator(".calendarbox").first.wait_for()
    assert objections(support) == []
    page.locator("#nav-filter").fill("store")
    assert objections(support) == []
