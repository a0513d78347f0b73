"""Support signs in as a customer and back, at a real browser: light, dark and narrow, without a complaint of axe, policy or console."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry, Organization, Store
from tests.factories.accounts import PASSWORD
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.factories.webhooks import EndpointFactory
from tests.tab import Tab
from tests.tenancy.browser.test_admin_pages import NARROW, WIDE, objections
from webhooks import signing_keys

pytestmark = pytest.mark.browser


def _customer(store: Store) -> User:
    made: User = MemberFactory.create(owner=True, organization=store.organization).user
    return made


def test_in_with_a_reason_refused_a_secret_and_out_by_stop(support: Tab) -> None:
    store = LicensedStoreFactory.create(organization__name="Harbor Street")
    endpoint = EndpointFactory.create(store=store)
    signing_keys.make(endpoint)
    page, customer = support.page, _customer(store)
    admin_page = reverse("admin:accounts_user_change", args=[customer.pk])
    support.go(admin_page)
    page.get_by_role("link", name="Sign in as this customer…").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Sign in as Olivia Owner?").wait_for()
    assert objections(support) == []
    page.get_by_label("Reason:").fill("Ticket 4711")
    page.get_by_role("button", name="Sign in as the customer").click()

    banner = page.get_by_role("complementary", name="Support")
    said = "You are signed in as Olivia Owner of Harbor Street for support. Everything you do is recorded."
    expect(banner).to_contain_text(said)
    support.go(reverse("webhooks:endpoint", args=[store.organization.slug, store.code, endpoint.public_id]))
    expect(banner).to_contain_text(said)
    assert objections(support) == []

    page.get_by_role("button", name=re.compile("^Show")).click()
    page.get_by_role("heading", name="Only the customer can do this").wait_for()
    expect(banner).to_contain_text(said)
    assert objections(support) == []

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Tab")
    stop = banner.get_by_role("button", name="Stop")
    expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(support.base + admin_page)
    expect(banner).to_have_count(0)
    rows = AuditEntry.objects.filter(action__startswith="support.").order_by("pk")
    assert [row.action for row in rows] == ["support.impersonation_started", "support.impersonation_ended"]


def test_the_banner_stays_in_sight_and_covers_nothing(support: Tab) -> None:
    """Where there is room; on a narrow screen it would take too much of it, and scrolls away with the top of the page."""
    organization = Organization.objects.get()
    page, customer = support.page, MemberFactory.create(owner=True, organization=organization).user
    support.go(reverse("account_reauthenticate"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "reauthenticate" not in url)
    support.go(reverse("admin:accounts_user_impersonate", args=[customer.pk]))
    page.get_by_label("Reason:").fill("Ticket 4711")
    page.get_by_role("button", name="Sign in as the customer").click()
    banner = page.get_by_role("complementary", name="Support")
    expect(banner).to_be_visible()
    support.go(reverse("tenancy:mail_choices", args=[organization.slug]))
    assert page.evaluate("document.querySelector('.top').getBoundingClientRect().top") == banner.evaluate(
        "(banner) => banner.getBoundingClientRect().bottom"
    )
    page.set_viewport_size({"width": 1280, "height": 500})
    page.evaluate("document.body.style.setProperty('min-block-size', '3000px'); scrollTo(0, 400)")
    expect(banner.get_by_role("button", name="Stop")).to_be_in_viewport(ratio=1)
    page.set_viewport_size(NARROW)
    page.evaluate("scrollTo(0, 600)")
    expect(banner).not_to_be_in_viewport()
    page.set_viewport_size(WIDE)
