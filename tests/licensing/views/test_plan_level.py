"""A plan level's page: the pane follows the quantity, and Confirm buys what it shows, once."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Organization
from licensing.assignments import assign
from licensing.models import Order
from tests.factories.licensing import hub_on_sale
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.licensing.buying import buy, license_of, subscription_of, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, organization: Organization) -> Client:
    """An enterprise admin of an organization with two licenses since today."""
    buy(organization, wish(quantity=2), timezone.localdate())
    client.force_login(MemberFactory.create(enterprise_admin=True, organization=organization).user)
    return client


def page_of(organization: Organization, level: str = "enterprise") -> str:
    return reverse("licensing:plan_level", args=[organization.slug, level])


def confirm_url(organization: Organization, level: str = "enterprise") -> str:
    return reverse("licensing:plan_confirm", args=[organization.slug, level])


def hidden(text: str) -> dict[str, str]:
    """What the Confirm form of the page sends."""
    form = text[text.index('id="confirm-form"') :]
    found = re.findall(r'<input\s+type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', form)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_it_stands_under_upgrade_and_manage_plan(admin: Client, organization: Organization) -> None:
    text = admin.get(page_of(organization)).text
    crumbs = re.sub(
        r"<[^>]+>", " ", text[text.index('class="crumbs"') : text.index("</nav>", text.index('class="crumbs"'))]
    )
    assert crumbs.split()[-5:] == ["Upgrade", "Manage", "Plan", "Enterprise", "Level"]
    assert "Addons per Site" in text


def test_the_pane_alone_answers_htmx_and_recomputes(admin: Client, organization: Organization) -> None:
    asked = {"quantity": "5", "billing_period": "monthly", "coupon": ""}
    answer = admin.get(page_of(organization), asked, headers={"HX-Request": "true"})
    assert answer.text.strip().startswith("<section")
    assert "$57.00" in answer.text
    assert "Max Stores goes from 2 to 5." in answer.text
    assert "Next invoice: $95.00" in answer.text
    assert Order.objects.count() == 1


def test_confirm_buys_what_is_shown_once(admin: Client, organization: Organization) -> None:
    shown = hidden(admin.get(page_of(organization), {"quantity": "5", "billing_period": "monthly", "coupon": ""}).text)
    for _ in range(3):
        answer = admin.post(confirm_url(organization), shown)
    order = Order.objects.order_by("-number")[0]
    assert Order.objects.count() == 2
    assert answer["Location"] == reverse("licensing:invoice", args=[organization.slug, order.invoice_number.lower()])
    assert license_of(organization).quantity == 5


def test_a_changed_price_is_shown_again(admin: Client, organization: Organization) -> None:
    shown = hidden(admin.get(page_of(organization), {"quantity": "5", "billing_period": "monthly", "coupon": ""}).text)
    hub_on_sale(valid_from=timezone.localdate(), enterprise=2000)
    answer = admin.post(confirm_url(organization), shown)
    assert answer.status_code == 409
    assert "The price has changed" in answer.text
    assert "$60.00" in answer.text
    assert license_of(organization).quantity == 2
    assert admin.post(confirm_url(organization), hidden(answer.text)).status_code == 302
    assert license_of(organization).quantity == 5


def test_fewer_than_assigned_names_the_stores(admin: Client, organization: Organization) -> None:
    stores = [StoreFactory.create(organization=organization, name=name) for name in ("Harbor", "Station")]
    assign(license=license_of(organization), stores=stores, by=None)
    asked = {"quantity": "1", "billing_period": "monthly", "coupon": ""}
    pane = admin.get(page_of(organization), asked)
    assert pane.status_code == 200
    assert "confirm-form" not in pane.text
    answer = admin.post(confirm_url(organization), asked)
    assert answer.status_code == 422
    assert "Harbor" in answer.text
    assert "Station" in answer.text
    assert license_of(organization).quantity == 2


@pytest.mark.parametrize("quantity", ["-1", "10001", "many", ""])
def test_quantities_out_of_bounds_are_refused(admin: Client, organization: Organization, quantity: str) -> None:
    answer = admin.post(confirm_url(organization), {"quantity": quantity, "billing_period": "monthly", "coupon": ""})
    assert answer.status_code == 422
    assert Order.objects.count() == 1


def test_a_downgrade_says_which_stores_are_suspended(admin: Client, organization: Organization) -> None:
    store = StoreFactory.create(organization=organization, name="Harbor")
    assign(license=license_of(organization), stores=[store], by=None)
    text = admin.get(page_of(organization, "starter")).text
    assert "The Integration Hub of 1 store is suspended at once: Harbor." in text
    assert "kept for 30 days instead of 90" in text
    assert "also what still waits in suspended stores, is deleted within a day" in text
    assert admin.post(confirm_url(organization, "starter"), hidden(text)).status_code == 302
    assert subscription_of(organization).level == "starter"


def test_pro_is_subscribed_once(admin: Client, organization: Organization) -> None:
    text = admin.get(page_of(organization, "pro")).text
    assert "for every store" in text
    assert admin.post(confirm_url(organization, "pro"), hidden(text)).status_code == 302
    assert license_of(organization).quantity is None


def test_what_there_is_cannot_be_confirmed(admin: Client, organization: Organization) -> None:
    text = admin.get(page_of(organization)).text
    assert "This is what you have now." in text
    assert 'id="confirm"' not in text


def test_another_level_is_404(admin: Client, organization: Organization) -> None:
    assert admin.get(page_of(organization, "platinum")).status_code == 404
    assert admin.post(confirm_url(organization, "platinum")).status_code == 404


def test_a_store_owner_may_not_look_or_buy(client: Client, organization: Organization) -> None:
    client.force_login(MemberFactory.create(store_owner=True, organization=organization).user)
    assert client.get(page_of(organization)).status_code == 403
    assert client.post(confirm_url(organization)).status_code == 403
