"""Mails about failing endpoints: due by the clock, to the right people, once to each, whatever is killed or run twice."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from backoffice import broker
from backoffice.tenancy.mails import outbox
from backoffice.tenancy.models import Mail, MailChoice, Member, Store
from backoffice.tenancy.tasks import send_mails
from licensing.models import PlanLevel, Subscription
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory, Personas, StoreFactory, make_personas
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from tests.webhooks.owners import store_of
from webhooks import endpoints, owner_notices, tasks
from webhooks.models import Endpoint, HourlyFigures, Lane, OwnerNotice

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _tasks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sending follows at once, as a worker would do it."""
    monkeypatch.setattr(broker, "send", lambda task: {outbox.SEND_TASK: send_mails}[task]())


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create(name="Harbour Grill", timezone="America/New_York")
    return made


@pytest.fixture
def people(store: Store) -> Personas:
    return make_personas(store)


@pytest.fixture
def endpoint(store: Store, people: Personas) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=store, url="https://hooks.example.com/orders")
    Lane.objects.filter(endpoint=made).update(failing_since=START)
    return made


def look(at: datetime) -> list[EmailMultiAlternatives]:
    """What beat's look at that time sends."""
    before = len(mail.outbox)
    with time_machine.travel(at, tick=False):
        tasks.notify_owners()
        send_mails()
    return cast("list[EmailMultiAlternatives]", mail.outbox[before:])


@given(minutes=st.integers(0, 60 * 24 * 10))
def test_the_step_due_is_the_last_one_reached(minutes: int) -> None:
    step = owner_notices.step_due(timedelta(minutes=minutes))
    expected = "72h" if minutes >= 4320 else "24h" if minutes >= 1440 else "1h" if minutes >= 60 else None
    assert step == expected


def test_the_clock_of_a_failing_endpoint(endpoint: Endpoint) -> None:
    assert look(START + HOUR - MINUTE) == []
    sent = {
        hours: [message.subject for message in look(START + timedelta(hours=hours))] for hours in (1, 2, 24, 30, 72, 90)
    }
    assert {hours: len(subjects) for hours, subjects in sent.items()} == {1: 3, 2: 0, 24: 3, 30: 0, 72: 3, 90: 0}
    assert sent[1][0] == "Harbour Grill: order webhook has been failing for an hour"
    assert "a day" in sent[24][0]
    assert "three days" in sent[72][0]
    assert OwnerNotice.objects.filter(sent_at__isnull=False).count() == 3


def test_what_nobody_looked_for_in_time_is_not_sent_late(endpoint: Endpoint) -> None:
    assert [message.subject for message in look(START + timedelta(hours=73))] == [
        "Harbour Grill: order webhook has been failing for three days"
    ] * 3


def test_owners_admins_and_the_stores_own_get_it_and_nobody_else(
    endpoint: Endpoint, store: Store, people: Personas
) -> None:
    sibling = StoreFactory.create(organization=store.organization)
    MemberFactory.create(store_owner=True, organization=store.organization, stores=[sibling])
    both = MemberFactory.create(store_owner=True, organization=store.organization, stores=[store, sibling]).user
    MemberFactory.create(owner=True, organization=store.organization, user__is_active=False)
    to = [address for message in look(START + HOUR) for address in message.to]
    expected = [people.owner, people.enterprise_admin, people.store_owner, both]
    assert sorted(to) == sorted(user.email for user in expected)


def test_what_the_mail_says(endpoint: Endpoint, store: Store, people: Personas) -> None:
    DeliveryFactory.create(
        endpoint=endpoint, event__store=store, attempt_count=3, last_status=500, last_error_detail="It answered 500."
    )
    message = next(each for each in look(START + HOUR) if each.to == [people.owner.email])
    parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    text, html = (parsed.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    page = (
        f"http://localhost:8000/o/{store.organization.slug}/s/{store.code}/hub/webhooks/endpoints/{endpoint.public_id}/"
    )
    for body in (text.get_content(), html.get_content()):
        for words in ("Hello Olivia,", "Harbour Grill", "https://hooks.example.com/orders", "500", page):
            assert words in body
        assert "4 a.m. (America/New_York)" in body
    assert parsed["Auto-Submitted"] == "auto-generated"


def test_a_name_cannot_add_headers_or_markup(people: Personas, store: Store, endpoint: Endpoint) -> None:
    Store.objects.filter(pk=store.pk).update(name="Bar\r\nBcc: evil@example.com <b>")
    message = look(START + HOUR)[0]
    assert "\n" not in message.subject
    assert "<b>" not in str(message.alternatives[0][0])


@pytest.mark.parametrize("state", ["paused", "deleted", "unlicensed", "deactivated", "resting"])
def test_an_endpoint_that_is_not_called_is_no_news(endpoint: Endpoint, state: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "paused": {"state": "paused"},
        "deleted": {"deleted_at": START},
        "unlicensed": {"store": StoreFactory.create(organization=store_of(endpoint).organization)},
        "deactivated": {"integration": IntegrationFactory.create(store=endpoint.store, deactivated_at=START)},
        "resting": {"store": None, "organization": store_of(endpoint).organization, "every_store": True},
    }
    if state == "resting":
        Subscription.objects.update(level=PlanLevel.PRO)
    Endpoint.objects.filter(pk=endpoint.pk).update(**changes[state])
    assert look(START + HOUR) == []


def test_what_is_handed_over_twice_is_sent_once(endpoint: Endpoint) -> None:
    assert len(look(START + HOUR)) == 3
    OwnerNotice.objects.update(sent_at=None)
    assert look(START + HOUR + MINUTE) == []
    assert OwnerNotice.objects.get().sent_at is not None
    assert Mail.objects.count() == 3


def test_what_older_code_noted_and_half_sent_goes_to_the_others(endpoint: Endpoint, people: Personas) -> None:
    with time_machine.travel(START + HOUR, tick=False):
        OwnerNotice.objects.create(endpoint=endpoint, failing_since=START, step="1h", sent_to=[people.owner.email])
    to = [address for message in look(START + HOUR + MINUTE) for address in message.to]
    assert sorted(to) == sorted([people.enterprise_admin.email, people.store_owner.email])


def choice(person: Any, topic: str, reach: str) -> MailChoice:
    return MailChoice.objects.create(member=Member.objects.get(user=person), topic=topic, reach=reach)


def test_each_gets_what_they_chose(endpoint: Endpoint, people: Personas) -> None:
    choice(people.owner, "webhook_failing", "none")
    choice(people.store_owner, "webhook_delivers_again", "none")
    choice(people.viewer, "webhook_failing", "all")
    to = sorted(address for message in look(START + HOUR) for address in message.to)
    assert to == sorted([people.enterprise_admin.email, people.store_owner.email, people.viewer.email])
    arrived(endpoint, START + HOUR)
    again = sorted(address for message in look(START + HOUR + MINUTE) for address in message.to)
    assert again == sorted([people.owner.email, people.enterprise_admin.email])


def test_each_mail_leads_to_the_choice_and_stops_in_one_step(endpoint: Endpoint, store: Store) -> None:
    for message in look(START + HOUR):
        stop = message.extra_headers["List-Unsubscribe"].strip("<>")
        assert stop.startswith("http://localhost:8000/mails/stop/")
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        html = str(message.alternatives[0][0])
        for body in (str(message.body), html):
            assert f"http://localhost:8000/o/{store.organization.slug}/mails/" in body
            assert stop in body
        assert "You get this mail for “An order webhook is failing” at" in str(message.body)


def test_switched_off_by_the_engine_tells_the_owners_with_the_reason_after_the_commit(
    endpoint: Endpoint, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        endpoints.disable(endpoint_id=endpoint.pk, reason="The receiver answered 410 Gone.")
        assert mail.outbox == []
    assert [message.subject for message in mail.outbox] == ["Harbour Grill: order webhook was switched off"] * 3
    assert "The receiver answered 410 Gone." in str(mail.outbox[0].body)
    with django_capture_on_commit_callbacks(execute=True):
        endpoints.disable(endpoint_id=endpoint.pk, reason="Again.")
    assert len(mail.outbox) == 3


def test_without_a_broker_beats_look_sends_it(
    endpoint: Endpoint, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with time_machine.travel(START + MINUTE, tick=False):
        endpoints.disable(endpoint_id=endpoint.pk, reason="The receiver answered 410 Gone.")
    assert len(look(START + MINUTE * 2)) == 3
    assert look(START + MINUTE * 3) == []


def arrived(endpoint: Endpoint, hour: datetime) -> None:
    Lane.objects.filter(endpoint=endpoint).update(failing_since=None)
    HourlyFigures.objects.create(endpoint=endpoint, hour=hour, succeeded=1)


def test_it_is_said_once_that_it_delivers_again(endpoint: Endpoint) -> None:
    look(START + HOUR)
    look(START + 24 * HOUR)
    assert look(START + 25 * HOUR) == []
    arrived(endpoint, START + 25 * HOUR)
    again = look(START + 25 * HOUR + MINUTE)
    assert [message.subject for message in again] == ["Harbour Grill: order webhook delivers again"] * 3
    assert look(START + 26 * HOUR) == []


def test_no_mail_of_a_failure_no_mail_of_its_end(endpoint: Endpoint) -> None:
    look(START + 30 * MINUTE)
    arrived(endpoint, START)
    assert look(START + 2 * HOUR) == []


def test_resumed_is_not_recovered_until_something_arrives(endpoint: Endpoint) -> None:
    HourlyFigures.objects.create(endpoint=endpoint, hour=START, succeeded=5)
    with time_machine.travel(START + 10 * MINUTE, tick=False):
        endpoints.disable(endpoint_id=endpoint.pk, reason="Gone.")
    assert len(look(START + 11 * MINUTE)) == 3
    with time_machine.travel(START + 20 * MINUTE, tick=False):
        endpoints.resume(endpoint=endpoint, by=None)
    assert look(START + 30 * MINUTE) == []
    arrived(endpoint, START + HOUR)
    assert len(look(START + HOUR + MINUTE)) == 3


def test_failing_anew_is_a_period_of_its_own(endpoint: Endpoint) -> None:
    look(START + HOUR)
    arrived(endpoint, START + HOUR)
    look(START + 2 * HOUR)
    Lane.objects.filter(endpoint=endpoint).update(failing_since=START + 5 * HOUR)
    assert [message.subject for message in look(START + 6 * HOUR)] == [
        "Harbour Grill: order webhook has been failing for an hour"
    ] * 3


def test_a_broken_mail_server_is_tried_again_by_the_next_look(
    endpoint: Endpoint, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(EmailMultiAlternatives, "send", away)
        assert look(START + HOUR) == []
    assert Mail.objects.filter(state="waiting").count() == 3
    assert len(look(START + HOUR + 2 * MINUTE)) == 3
