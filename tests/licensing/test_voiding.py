"""What support is told before an invoice is void, and what becomes of what it bought."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Organization
from licensing.assignments import assign
from licensing.entitlements import has_hub
from licensing.lifecycle import lapse
from licensing.models import BillingAccount, Coupon, Order
from licensing.orders import mark_paid
from licensing.voiding import Afterwards, bought_by, void_with
from tests.factories.accounts import UserFactory
from tests.factories.licensing import CouponFactory
from tests.factories.tenancy import StoreFactory
from tests.licensing.buying import PRO, buy, license_of, shown, subscription_of, wish

pytestmark = pytest.mark.django_db
KEEP, TAKE_BACK, SUSPEND = Afterwards.KEEP, Afterwards.TAKE_BACK, Afterwards.SUSPEND


@pytest.fixture
def more(organization: Organization) -> Order:
    """Three licenses bought on top of two that are paid; three stores use the hub."""
    today = timezone.localdate()
    mark_paid(order=buy(organization, wish(quantity=2), today), reference="", by=None)
    order = buy(organization, wish(quantity=5), today)
    stores = [StoreFactory.create(organization=organization) for _ in range(2)]
    assign(license=license_of(organization), stores=stores, by=None)
    return order


def test_left_as_it_is_nothing_is_owed_and_nothing_comes_back_for_it(more: Order) -> None:
    organization = more.organization
    void_with(order=more, afterwards=KEEP, reason="mistake", by=None)
    assert license_of(organization).quantity == 5
    assert not Order.objects.owed().exists()
    # Of five licenses two were paid, and no more than that is given back for all of them.
    assert shown(organization, wish(quantity=0), timezone.localdate()).bill.credit_kept == 3800


def test_its_licenses_are_taken_back(more: Order) -> None:
    assert bought_by(more).left == 2
    void_with(order=more, afterwards=TAKE_BACK, reason="mistake", by=None)
    held = license_of(more.organization)
    assert (held.quantity, held.term_amount) == (2, 3800)


def test_stores_that_use_them_are_named_and_keep_them(more: Order) -> None:
    third = StoreFactory.create(organization=more.organization, name="Third")
    assign(license=license_of(more.organization), stores=[third], by=None)
    found = bought_by(more)
    assert third in found.blocking
    assert found.sentences[-1] == "To take its licenses back, 1 of these stores must be freed first:"
    assert found.choices == [KEEP, SUSPEND]
    with pytest.raises(ValueError, match="cannot be done any more"):
        void_with(order=more, afterwards=TAKE_BACK, reason="mistake", by=None)
    more.refresh_from_db()
    assert more.state == "open"


def test_the_hub_rests_in_every_store(more: Order) -> None:
    void_with(order=more, afterwards=SUSPEND, reason="fraud", by=None)
    seat = license_of(more.organization).assignments.first()
    assert seat is not None
    assert not has_hub(seat.store_id)
    assert AuditEntry.objects.get(action="license.suspended").changes["reason"] == f"{more.invoice_number}: fraud"


def test_pro_is_kept_or_rests(organization: Organization) -> None:
    order = buy(organization, wish(PRO, None), timezone.localdate())
    found = bought_by(order)
    assert (found.licenses, found.choices) == (None, [KEEP, SUSPEND])
    assert "any number of stores" in found.sentences[0]


def test_credit_and_coupon_that_it_used_are_there_again(organization: Organization) -> None:
    BillingAccount.objects.create(organization=organization, credit=500)
    CouponFactory.create(code="ONCE", percent=10, max_uses=1)
    today = timezone.localdate()
    order = buy(organization, wish(quantity=1, coupon="ONCE"), today)
    assert order.total == 1900 - 190 - 500
    void_with(order=order, afterwards=TAKE_BACK, reason="mistake", by=None)
    assert BillingAccount.objects.get().credit == 500
    assert Coupon.objects.get().uses == 0
    assert buy(organization, wish(quantity=1, coupon="ONCE"), today).total == 1210


def test_support_is_asked_in_words_and_chooses(client: Client, more: Order) -> None:
    staff = UserFactory.create(support=True)
    client.force_login(staff)
    change = reverse("admin:licensing_order_change", args=[more.pk])
    ask = reverse("admin:licensing_order_void", args=[more.pk])
    assert ask in client.get(change).text
    question = client.get(ask).text
    assert "$57.00 will not be owed by" in question
    assert "It bought 3 licenses of the Integration Hub." in question
    assert "2 stores use the Integration Hub now." in question
    assert client.post(ask, {"afterwards": "keep"}).status_code == 200  # no reason
    more.refresh_from_db()
    assert more.state == "open"
    answer = client.post(ask, {"afterwards": "take_back", "reason": "ordered twice"})
    assert answer["Location"] == change
    assert license_of(more.organization).quantity == 2
    entry = AuditEntry.objects.get(action="order.voided", actor=staff)
    assert entry.changes["reason"] == "ordered twice"
    assert ask not in client.get(change).text
    assert client.get(ask)["Location"] == change


def test_only_support_is_asked(client: Client, more: Order) -> None:
    ask = reverse("admin:licensing_order_void", args=[more.pk])
    client.force_login(UserFactory.create())
    assert client.post(ask, {"afterwards": "keep", "reason": "x"}).status_code == 302
    client.force_login(UserFactory.create(is_staff=True))
    assert client.post(ask, {"afterwards": "keep", "reason": "x"}).status_code == 403
    more.refresh_from_db()
    assert more.state == "open"


def test_support_is_told_that_a_lapse_ends_with_it(organization: Organization) -> None:
    order = buy(organization, wish(quantity=1), timezone.localdate() - timedelta(days=20))
    lapse(organization=organization, reason="unpaid", by=None)
    assert bought_by(order).ends_lapse
    assert any("the hub comes back" in sentence for sentence in bought_by(order).sentences)
    void_with(order=order, afterwards=KEEP, reason="mistake", by=None)
    assert subscription_of(organization).lapsed_at is None
