"""Renewal, grace, lapse and the end of trials, with a moved clock; each run a second time does nothing more."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Mail, MailChoice, Organization, Store
from backoffice.tenancy.tasks import send_mails
from licensing.assignments import assign
from licensing.entitlements import has_hub
from licensing.lifecycle import start_trial
from licensing.models import BillingAccount, Notice, Order
from licensing.notices import hand_over, notify
from licensing.orders import mark_paid
from licensing.renewals import keep_subscriptions
from licensing.tasks import keep_subscriptions as hourly
from tests.factories.licensing import SubscriptionFactory, hub_on_sale
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.licensing.buying import ENTERPRISE, PRO, buy, license_of, lines_of, subscription_of, wish

pytestmark = pytest.mark.django_db
START = date(2027, 1, 31)
On = Callable[[date], None]


@pytest.fixture
def run() -> On:
    """The hourly round on a day, twice: the second must change nothing."""

    def state() -> tuple[Any, ...]:
        return (
            list(Order.objects.order_by("id").values()),
            list(Notice.objects.order_by("id").values()),
            list(Mail.objects.order_by("id").values()),
            [(one.renews_on, one.grace_ends_on, one.lapsed_at) for one in _subscriptions()],
        )

    def on(day: date) -> None:
        with time_machine.travel(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), tick=False):
            hourly()
            send_mails()
            before = state()
            hourly()
            send_mails()
            assert state() == before

    return on


def _subscriptions() -> Any:
    from licensing.models import Subscription

    return Subscription.objects.order_by("pk")


@pytest.fixture
def store(organization: Organization) -> Store:
    """A store with the hub; the first invoice is paid."""
    mark_paid(order=buy(organization, wish(quantity=2), START), reference="", by=None)
    made: Store = StoreFactory.create(organization=organization)
    assign(license=license_of(organization), stores=[made], by=None)
    MemberFactory.create(owner=True, organization=organization, user__email="owner@example.com")
    MemberFactory.create(enterprise_admin=True, organization=organization, user__email="admin@example.com")
    MemberFactory.create(store_owner=True, organization=organization, stores=[made])
    return made


def test_it_renews_on_its_day_whatever_the_length_of_the_month(store: Store, run: On) -> None:
    run(date(2027, 2, 27))
    assert Order.objects.filter(kind="renewal").count() == 0
    run(date(2027, 2, 28))
    order = Order.objects.get(kind="renewal")
    assert (order.term_starts_on, order.term_ends_on, order.total) == (date(2027, 2, 28), date(2027, 3, 31), 3800)
    assert lines_of(order) == [("charge", 3800)]
    run(date(2027, 3, 31))
    assert subscription_of(store.organization).renews_on == date(2027, 4, 30)


def test_unpaid_it_gets_fourteen_days_and_then_lapses(store: Store, run: On) -> None:
    run(date(2027, 2, 28))
    assert subscription_of(store.organization).grace_ends_on == date(2027, 3, 14)
    run(date(2027, 3, 13))
    assert has_hub(store.pk)
    run(date(2027, 3, 14))
    assert not has_hub(store.pk)
    assert subscription_of(store.organization).lapsed_at is not None
    run(date(2027, 5, 20))
    assert Order.objects.filter(kind="renewal").count() == 1


def test_each_mail_goes_once_to_each_who_can_pay(store: Store, run: On) -> None:
    for day in (date(2027, 2, 28), date(2027, 3, 10), date(2027, 3, 14), date(2027, 3, 20)):
        run(day)
    sent = sorted((message.to[0], message.subject.split(":")[0].split(" of ")[0]) for message in mail.outbox)
    subjects = ["An invoice is due", "The subscription", "Your subscription was renewed"]
    assert sent == [(to, subject) for to in ("admin@example.com", "owner@example.com") for subject in subjects]
    assert "INV-000002" in mail.outbox[0].body
    assert f"/o/{store.organization.slug}/upgrade/billing-history/" in mail.outbox[0].body


def test_a_payment_within_the_grace_ends_it(store: Store, run: On) -> None:
    run(date(2027, 2, 28))
    with time_machine.travel(datetime(2027, 3, 5, tzinfo=UTC), tick=False):
        mark_paid(order=Order.objects.get(kind="renewal"), reference="", by=None)
    assert subscription_of(store.organization).grace_ends_on is None
    run(date(2027, 3, 20))
    assert has_hub(store.pk)


def test_a_payment_after_the_lapse_brings_everything_back(store: Store, run: On) -> None:
    run(date(2027, 2, 28))
    run(date(2027, 3, 14))
    with time_machine.travel(datetime(2027, 3, 20, tzinfo=UTC), tick=False):
        mark_paid(order=Order.objects.get(kind="renewal"), reference="", by=None)
    assert has_hub(store.pk)
    assert subscription_of(store.organization).renews_on == date(2027, 3, 31)


def test_a_beat_that_was_away_catches_up_term_by_term(store: Store, run: On) -> None:
    run(date(2027, 4, 2))
    terms = Order.objects.filter(kind="renewal").order_by("number").values_list("term_starts_on", "term_ends_on")
    assert list(terms) == [(date(2027, 2, 28), date(2027, 3, 31)), (date(2027, 3, 31), date(2027, 4, 30))]


def test_a_renewal_costs_the_price_of_its_day(store: Store, run: On) -> None:
    hub_on_sale(valid_from=date(2027, 2, 15), enterprise=2500)
    run(date(2027, 2, 28))
    assert Order.objects.get(kind="renewal").total == 5000


def test_late_it_is_issued_and_due_the_day_it_is_written(store: Store, run: On) -> None:
    run(date(2027, 3, 20))
    order = Order.objects.get(kind="renewal")
    assert (order.term_starts_on, order.issued_on, order.due_on) == (date(2027, 2, 28), *[date(2027, 3, 20)] * 2)
    assert subscription_of(store.organization).grace_ends_on == date(2027, 4, 3)


def test_without_a_price_it_goes_on_unbilled_and_support_is_told_once(store: Store, run: On) -> None:
    BillingAccount.objects.filter(organization=store.organization).update(currency="EUR")
    for day in (date(2027, 2, 28), date(2027, 3, 1), date(2027, 5, 1)):
        run(day)
    plan = subscription_of(store.organization)
    assert (plan.unpriced_since, plan.renews_on, plan.lapsed_at) == (date(2027, 2, 28), date(2027, 2, 28), None)
    assert has_hub(store.pk)
    assert [(message.to, message.subject) for message in mail.outbox] == [
        ([settings.SUPPORT_EMAIL], f"No price for the renewal of {store.organization.name}")
    ]
    assert "Enterprise, Monthly, EUR" in mail.outbox[0].body
    assert f"/admin/licensing/subscription/{store.organization_id}/change/" in mail.outbox[0].body
    assert AuditEntry.objects.filter(action="subscription.unpriced").count() == 1

    hub_on_sale("EUR", valid_from=date(2027, 5, 2))
    run(date(2027, 5, 2))
    terms = Order.objects.filter(kind="renewal").order_by("number")
    assert [(one.term_starts_on, one.due_on, one.total) for one in terms] == [
        (day, date(2027, 5, 2), 3800) for day in (date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30))
    ]
    plan = subscription_of(store.organization)
    assert (plan.unpriced_since, plan.renews_on) == (None, date(2027, 5, 31))


def test_nothing_to_bill_renews_without_an_order(organization: Organization, run: On) -> None:
    SubscriptionFactory.create(
        organization=organization, starter=True, term_starts_on=START, renews_on=START + timedelta(days=1)
    )
    run(START + timedelta(days=1))
    assert subscription_of(organization).renews_on == date(2027, 3, 1)
    assert not Order.objects.exists()


def test_pro_renews_at_its_one_price(organization: Organization, run: On) -> None:
    buy(organization, wish(PRO, None), START)
    run(date(2027, 2, 28))
    assert Order.objects.get(kind="renewal").total == 2900


def test_a_trial_ends_on_its_day_is_told_and_bills_nothing(organization: Organization, run: On) -> None:
    with time_machine.travel(datetime(2027, 1, 1, tzinfo=UTC), tick=False):
        start_trial(organization=organization, level=ENTERPRISE, quantity=1, days=10, by=None)
    MemberFactory.create(owner=True, organization=organization)
    store = StoreFactory.create(organization=organization)
    assign(license=license_of(organization), stores=[store], by=None)
    run(date(2027, 1, 10))
    assert has_hub(store.pk)
    run(date(2027, 1, 11))
    assert not has_hub(store.pk)
    assert [message.subject for message in mail.outbox] == ["Your trial of the Integration Hub is over"]
    assert not Order.objects.exists()
    with time_machine.travel(datetime(2027, 1, 12, tzinfo=UTC), tick=False):
        buy(organization, wish(quantity=1), date(2027, 1, 12))
    assert has_hub(store.pk)


def test_one_that_fails_holds_up_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from licensing import renewals

    failing = SubscriptionFactory.create(term_starts_on=START, renews_on=date(2027, 2, 28)).organization
    real = renewals.renew_due

    def renew(*, organization: Organization, on: date) -> object:
        if organization == failing:
            raise RuntimeError("broken")
        return real(organization=organization, on=on)

    monkeypatch.setattr(renewals, "renew_due", renew)
    keep_subscriptions(date(2027, 2, 28))
    assert Order.objects.filter(kind="renewal", organization=store.organization).exists()
    assert "could not be kept" in caplog.text


def test_what_older_code_noted_is_sent_by_the_next_round(store: Store) -> None:
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    for about, sent_at in (("2027-02-01", None), ("2027-01-01", timezone.now())):
        Notice.objects.create(
            organization=store.organization, user=owner, kind=Notice.Kind.GRACE, about=about, sent_at=sent_at
        )
    for _round in range(2):
        hand_over()
        send_mails()
    assert [message.to for message in mail.outbox] == [[owner.email]]


def test_invoices_cannot_be_switched_off_and_a_trials_end_can(store: Store) -> None:
    member = MemberFactory.create(owner=True, organization=store.organization)
    for topic in ("invoices", "trials"):
        MailChoice.objects.create(member=member, topic=topic, reach="none")
    notify(store.organization, Notice.Kind.LAPSED, about="a")
    notify(store.organization, Notice.Kind.TRIAL_OVER, about="b")
    send_mails()
    mine = [message for message in mail.outbox if message.to == [member.user.email]]
    (lapsed,) = mine
    assert "has lapsed" in lapsed.subject
    assert "List-Unsubscribe" not in lapsed.extra_headers
    assert "They cannot be switched off" in lapsed.body
    assert f"/o/{store.organization.slug}/mails/" in lapsed.body
    trial = next(message for message in mail.outbox if "trial" in message.subject)
    assert "/mails/stop/" in trial.extra_headers["List-Unsubscribe"]


def test_an_invoice_stays_news_for_a_month(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> object:
        raise ConnectionRefusedError

    with time_machine.travel(datetime(2027, 2, 1, tzinfo=UTC), tick=False):
        notify(store.organization, Notice.Kind.GRACE, about="a")
        with monkeypatch.context() as broken:
            broken.setattr(EmailMultiAlternatives, "send", away)
            send_mails()
    noted = Mail.objects.filter(state="waiting").count()
    assert noted == 2
    with time_machine.travel(datetime(2027, 3, 2, tzinfo=UTC), tick=False):
        send_mails()
    assert len(mail.outbox) == noted
