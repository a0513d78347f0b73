"""What support does with plans, prices, payments and licenses in the admin site: through the actions, and in the history."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry, Organization
from licensing.admin.seats import AssignmentForm
from licensing.assignments import assign
from licensing.models import BillingAccount, License, Order, PlanAddOn, Price, Subscription
from tests.factories.accounts import UserFactory
from tests.factories.licensing import AssignmentFactory, CouponFactory, OrderFactory, integration_hub
from tests.factories.tenancy import StoreFactory
from tests.licensing.buying import buy, license_of, subscription_of, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    user: User = UserFactory.create(support=True)
    return user


@pytest.fixture
def support(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def post(client: Client, name: str, *args: object, **values: object) -> None:
    """Post an admin form that must be accepted."""
    answer = client.post(reverse(f"admin:licensing_{name}", args=args), values)
    assert answer.status_code == 302, answer.context["errors"]


def act(client: Client, model: str, action: str, pk: object) -> None:
    url = reverse(f"admin:licensing_{model}_changelist")
    assert client.post(url, {"action": action, "_selected_action": [str(pk)]}).status_code == 302


def actions_by(user: User) -> list[str]:
    return list(AuditEntry.objects.filter(actor=user).order_by("id").values_list("action", flat=True))


def test_lapse_and_return_are_actions_of_the_product(support: Client, staff: User, organization: Organization) -> None:
    buy(organization, wish(quantity=1), timezone.localdate())
    act(support, "subscription", "let_lapse", organization.pk)
    assert subscription_of(organization).lapsed_at is not None
    act(support, "subscription", "let_lapse", organization.pk)
    act(support, "subscription", "bring_back", organization.pk)
    assert subscription_of(organization).lapsed_at is None
    assert actions_by(staff) == ["subscription.lapsed", "subscription.renewed"]


def test_a_subscription_stays_with_its_organization_and_is_not_deleted(
    support: Client, staff: User, organization: Organization
) -> None:
    buy(organization, wish(quantity=1), timezone.localdate())
    other = StoreFactory.create().organization
    renews = timezone.localdate() + timedelta(days=90)
    post(
        support,
        "subscription_change",
        organization.pk,
        organization=other.pk,
        level="pro",
        billing_period="monthly",
        renews_on=renews.isoformat(),
        lapsed_at_0=renews.isoformat(),
        lapsed_at_1="00:00",
    )
    changed = subscription_of(organization)
    assert (changed.level, changed.renews_on, changed.lapsed_at) == ("pro", renews, None)
    assert not Subscription.objects.filter(organization=other).exists()
    assert actions_by(staff) == ["subscription.changed"]
    delete = support.post(reverse("admin:licensing_subscription_delete", args=[organization.pk]), {"post": "yes"})
    assert delete.status_code == 403


def license_form(**values: object) -> dict[str, object]:
    return {"quantity": "", "gift": "0", "trial_days": "", "trial_level": "enterprise"} | values


def test_a_trial_from_the_form_of_a_new_license(support: Client, staff: User, organization: Organization) -> None:
    form = license_form(organization=organization.pk, add_on=integration_hub().pk, quantity="3", trial_days="14")
    post(support, "license_add", **form)
    assert license_of(organization).trial_ends_on == timezone.localdate() + timedelta(days=14)
    assert subscription_of(organization).level == "enterprise"
    assert actions_by(staff) == ["license.trial_started"]


def test_a_trial_of_what_is_bought_is_refused_and_not_said_to_be_saved(
    support: Client, staff: User, organization: Organization
) -> None:
    buy(organization, wish(quantity=2), timezone.localdate())
    url = reverse("admin:licensing_license_change", args=[license_of(organization).pk])
    page = support.post(url, license_form(quantity="2", trial_days="14"), follow=True)
    assert page.redirect_chain == [(url, 302)]
    assert [str(message) for message in page.context["messages"]] == ["The Integration Hub is bought already."]
    assert actions_by(staff) == []


def test_a_seat_that_went_to_another_store_meanwhile_is_not_said_to_be_given(
    support: Client, staff: User, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    buy(organization, wish(quantity=1), timezone.localdate())
    license = license_of(organization)
    first, second = StoreFactory.create_batch(2, organization=organization)
    assign(license=license, stores=[first], by=None)
    monkeypatch.setattr(AssignmentForm, "clean", lambda form: form.cleaned_data)
    url = reverse("admin:licensing_assignment_add")
    page = support.post(url, {"license": license.pk, "store": second.pk}, follow=True)
    (message,) = page.context["messages"]
    assert message.level_tag == "error"
    assert list(license.assignments.values_list("store", flat=True)) == [first.pk]
    assert actions_by(staff) == []


def test_gifts_come_on_top_and_each_change_is_in_the_history(
    support: Client, staff: User, organization: Organization
) -> None:
    buy(organization, wish(quantity=2), timezone.localdate())
    license = license_of(organization)
    post(support, "license_change", license.pk, **license_form(quantity="2", gift="3"))
    assert (license_of(organization).quantity, license_of(organization).comp_quantity) == (5, 3)
    post(support, "license_change", license.pk, **license_form(quantity="6", gift="3"))
    assert license_of(organization).quantity == 6
    assert actions_by(staff) == ["license.given", "license.quantity_set"]


@pytest.mark.parametrize(("quantity", "gift"), [("1", "1"), ("2", "0"), ("0", "1")])
def test_what_stores_use_is_not_taken_away(
    support: Client, organization: Organization, quantity: str, gift: str
) -> None:
    buy(organization, wish(quantity=1), timezone.localdate())
    license = license_of(organization)
    post(support, "license_change", license.pk, **license_form(quantity="1", gift="1"))
    stores = [StoreFactory.create(organization=organization) for _ in range(2)]
    assign(license=license, stores=stores, by=None)
    answer = support.post(
        reverse("admin:licensing_license_change", args=[license.pk]),
        license_form(quantity=quantity, gift=gift),
    )
    assert answer.status_code == 200
    assert license_of(organization).quantity == 2


def test_suspend_and_resume(support: Client, staff: User, organization: Organization) -> None:
    buy(organization, wish(quantity=2), timezone.localdate())
    act(support, "license", "suspend", license_of(organization).pk)
    assert license_of(organization).suspended_for == "support"
    act(support, "license", "resume", license_of(organization).pk)
    assert license_of(organization).suspended_at is None
    assert actions_by(staff) == ["license.suspended", "license.resumed"]


def test_who_uses_what(support: Client, organization: Organization) -> None:
    buy(organization, wish(quantity=7), timezone.localdate())
    text = support.get(reverse("admin:licensing_license_changelist")).text
    assert organization.name in text
    assert 'field-quantity">7<' in text
    assert 'field-assigned">0<' in text
    store = StoreFactory.create(organization=organization, name="Harbor")
    assign(license=license_of(organization), stores=[store], by=None)
    elsewhere = AssignmentFactory.create().store
    which = re.search(r'field-stores"><a href="([^"]+)"', text)
    assert which
    listed = support.get(which[1]).text
    assert "Harbor" in listed
    assert elsewhere.name not in listed


def order_form(**values: object) -> dict[str, object]:
    return {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"} | values


def test_an_invoice_is_marked_paid_with_its_reference(support: Client, staff: User) -> None:
    order = OrderFactory.create()
    post(support, "order_change", order.pk, **order_form(paid="on", reference="B-17", total="1"))
    order.refresh_from_db()
    assert (order.state, order.payment_reference, order.total) == ("paid", "B-17", 1900)
    assert actions_by(staff) == ["order.paid"]
    assert 'name="paid"' not in support.get(reverse("admin:licensing_order_change", args=[order.pk])).text


def test_what_waits_for_a_price_can_be_found(support: Client, organization: Organization) -> None:
    buy(organization, wish(quantity=1), timezone.localdate())
    waiting = reverse("admin:licensing_subscription_changelist") + "?unpriced_since__isempty=0"
    assert organization.name not in support.get(waiting).text
    Subscription.objects.filter(organization=organization).update(unpriced_since=timezone.localdate())
    assert organization.name in support.get(waiting).text


def test_many_are_marked_paid_at_once(support: Client, staff: User) -> None:
    order = OrderFactory.create()
    act(support, "order", "mark_as_paid", order.pk)
    act(support, "order", "mark_as_paid", order.pk)
    assert Order.objects.get().state == "paid"
    assert actions_by(staff) == ["order.paid"]


def test_orders_are_not_deleted(support: Client) -> None:
    order = OrderFactory.create()
    assert support.post(reverse("admin:licensing_order_delete", args=[order.pk]), {"post": "yes"}).status_code == 403


def test_prices_are_added_for_today_or_later_and_never_edited(
    support: Client, staff: User, organization: Organization
) -> None:
    offer = PlanAddOn.objects.get(level="enterprise")
    today = timezone.localdate()
    form = {"offer": offer.pk, "currency": "USD", "billing_period": "monthly", "monthly_amount": "2100"}
    yesterday = support.post(
        reverse("admin:licensing_price_add"), form | {"valid_from": (today - timedelta(days=1)).isoformat()}
    )
    assert yesterday.status_code == 200
    post(support, "price_add", **form, valid_from=today.isoformat())
    post(support, "price_add", **form, valid_from=(today + timedelta(days=30)).isoformat())
    begun, later = Price.objects.filter(monthly_amount=2100).order_by("valid_from")
    delete = {price: reverse("admin:licensing_price_delete", args=[price.pk]) for price in (begun, later)}
    assert support.post(delete[begun], {"post": "yes"}).status_code == 403
    assert support.post(delete[later], {"post": "yes"}).status_code == 302
    change = support.post(reverse("admin:licensing_price_change", args=[begun.pk]), form)
    assert change.status_code == 403
    assert actions_by(staff) == ["price.created", "price.created", "price.deleted"]


def test_two_prices_of_one_day_are_refused_in_words(support: Client, organization: Organization) -> None:
    offer = PlanAddOn.objects.get(level="enterprise")
    form = {
        "offer": offer.pk,
        "currency": "USD",
        "billing_period": "monthly",
        "monthly_amount": "2100",
        "valid_from": timezone.localdate().isoformat(),
    }
    post(support, "price_add", **form)
    assert support.post(reverse("admin:licensing_price_add"), form).status_code == 200


def test_a_coupon_is_a_percentage_or_an_amount(support: Client, staff: User) -> None:
    form = {"code": "SUMMER", "percent": "10", "amount": "500", "currency": "USD", "valid_from": "2027-01-01"}
    answer = support.post(reverse("admin:licensing_coupon_add"), form)
    assert "Give either a percentage" in answer.text
    post(support, "coupon_add", **(form | {"amount": "", "currency": ""}))
    assert actions_by(staff) == ["coupon.created"]


def test_a_used_coupon_is_kept(support: Client) -> None:
    coupon = CouponFactory.create(uses=1)
    assert support.post(reverse("admin:licensing_coupon_delete", args=[coupon.pk]), {"post": "yes"}).status_code == 403


def test_tax_rate_and_credit_of_an_account(support: Client, staff: User, organization: Organization) -> None:
    account = BillingAccount.objects.create(organization=organization)
    post(
        support,
        "billingaccount_change",
        account.pk,
        currency="USD",
        tax_name="VAT",
        tax_percent="19",
        grant="500",
        reason="goodwill",
        credit="99999",
    )
    account.refresh_from_db()
    assert (str(account.tax_percent), account.credit) == ("19.000", 500)
    assert set(actions_by(staff)) == {"billing.credit_granted", "billingaccount.changed"}


def test_a_second_license_of_an_add_on_is_refused_in_words(support: Client, organization: Organization) -> None:
    buy(organization, wish(quantity=2), timezone.localdate())
    form = license_form(organization=organization.pk, add_on=integration_hub().pk, quantity="9")
    assert support.post(reverse("admin:licensing_license_add"), form).status_code == 200
    assert License.objects.get().quantity == 2


@pytest.mark.parametrize(("level", "quantity"), [("pro", "3"), ("enterprise", "")])
def test_a_trial_has_the_quantity_of_its_level(
    support: Client, organization: Organization, level: str, quantity: str
) -> None:
    form = license_form(organization=organization.pk, add_on=integration_hub().pk, trial_days="14")
    answer = support.post(reverse("admin:licensing_license_add"), form | {"trial_level": level, "quantity": quantity})
    assert "A trial at the" in answer.text
    assert not License.objects.exists()
