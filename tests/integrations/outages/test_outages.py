"""One mail when an integration starts failing and one when it works again, whoever looks and however often."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import Message
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from backoffice.tenancy.mails import outbox
from backoffice.tenancy.models import MailChoice
from integrations.models import Integration, Outage, ProviderListing
from integrations.order_health import OrderHealth, orders_out
from integrations.outages import note
from integrations.outages.tell import tell
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import make_personas

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LONG = NOW - timedelta(minutes=30)


def failing(**fields: Any) -> Integration:
    made: Integration = IntegrationFactory.create(
        **{"failing_since": LONG, "last_error": "The key is wrong.", "notification_email": "ops@example.com"} | fields
    )
    return made


def look() -> None:
    note.note_ends(timezone.now())
    note.note_beginnings(timezone.now())
    for outage in note.untold():
        tell(outage)
    outbox.send_waiting(timezone.now())


def test_one_mail_at_the_beginning_and_one_at_the_end(mailoutbox: list[Any]) -> None:
    integration = failing(store__name="Pier 7\nBcc: x@example.com")
    look()
    look()
    (began,) = mailoutbox
    assert began.to == ["ops@example.com"]
    assert began.subject == "Pier 7 Bcc: x@example.com: Custom webhook is failing"
    assert "The key is wrong." in began.body
    assert f"/integrations/{integration.public_id}/?tab=action" in began.body
    assert "The key is wrong." in _html(began.message())
    Integration.objects.update(failing_since=None)
    look()
    look()
    assert [mail.subject for mail in mailoutbox[1:]] == ["Pier 7 Bcc: x@example.com: Custom webhook works again"]
    assert mailoutbox[0].extra_headers["Message-ID"] != mailoutbox[1].extra_headers["Message-ID"]


def _html(message: Message) -> str:
    """With its HTML decoded: what a mail program shows."""
    parts = [part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == "text/html"]
    return b"".join(part for part in parts if isinstance(part, bytes)).decode()


def test_a_short_failure_is_no_news_and_neither_is_one_that_nobody_asked_for(mailoutbox: list[Any]) -> None:
    failing(failing_since=timezone.now() - timedelta(minutes=2))
    failing(notification_email="")
    look()
    assert mailoutbox == []
    assert not Outage.objects.exists()


def test_members_who_asked_are_told_beside_the_integrations_own_address(mailoutbox: list[Any]) -> None:
    integration = failing(notification_email="")
    people = make_personas(integration.store)
    look()
    assert mailoutbox == []
    for person, topic in (
        (people.viewer, "integration_failing"),
        (people.store_owner, "integration_failing"),
        (people.store_owner, "integration_works_again"),
    ):
        MailChoice.objects.create(member=person.memberships.get(), topic=topic, reach="all")
    other = failing()
    look()
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(
        [people.viewer.email, people.store_owner.email, "ops@example.com"]
    )
    mine = next(mail for mail in mailoutbox if mail.to == [people.viewer.email])
    assert "List-Unsubscribe" in mine.extra_headers
    assert "You get one more mail" not in mine.body
    address = next(mail for mail in mailoutbox if mail.to == ["ops@example.com"])
    assert "List-Unsubscribe" not in address.extra_headers
    assert "You get one more mail" in address.body
    assert other.outages.get().email == "ops@example.com"
    mailoutbox.clear()
    Integration.objects.update(failing_since=None)
    look()
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([people.store_owner.email, "ops@example.com"])


def test_who_asked_for_the_end_alone_is_told_of_it(mailoutbox: list[Any]) -> None:
    integration = failing(notification_email="")
    people = make_personas(integration.store)
    MailChoice.objects.create(member=people.owner.memberships.get(), topic="integration_works_again", reach="all")
    look()
    assert mailoutbox == []
    Integration.objects.update(failing_since=None)
    look()
    assert [mail.to for mail in mailoutbox] == [[people.owner.email]]


def test_what_is_suspended_or_deactivated_is_not_failing(mailoutbox: list[Any]) -> None:
    integration = failing()
    Assignment.objects.all().delete()
    look()
    assert mailoutbox == []
    failing(deactivated=True)
    listed = failing(provider_slug="slack")
    ProviderListing.objects.update_or_create(slug=listed.provider_slug, defaults={"enabled": False})
    look()
    assert mailoutbox == []
    assert integration.outages.count() == 0


def test_deactivated_while_it_failed_it_ends_in_silence(mailoutbox: list[Any]) -> None:
    integration = failing()
    look()
    Integration.objects.update(deactivated_at=NOW)
    look()
    outage = integration.outages.get()
    assert (len(mailoutbox), outage.ended_at is not None) == (1, True)


class Lanes:
    def __init__(self, **health: Any) -> None:
        self.known: dict[UUID, OrderHealth] = {}
        self.health = OrderHealth(**health)

    def health_of(self, integrations: Any) -> Mapping[UUID, OrderHealth]:
        return dict.fromkeys(integrations, self.health)

    def failing_since(self, before: Any) -> Iterator[Mapping[UUID, OrderHealth]]:
        since = self.health.failing_since
        if since and since <= before:
            yield self.known


def test_orders_that_do_not_arrive_are_told_in_the_lanes_words(
    mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = failing(failing_since=None)
    lanes = Lanes(failing_since=LONG, problem="The receiver answered 401.")
    lanes.known = {integration.pk: lanes.health}
    monkeypatch.setattr(note, "orders_out", lambda: lanes)
    look()
    assert "The receiver answered 401." in mailoutbox[0].body
    lanes.health = OrderHealth(paused=True)
    look()
    assert len(mailoutbox) == 1, "of what somebody holds back nothing is known"
    lanes.health = OrderHealth()
    look()
    assert len(mailoutbox) == 2
    assert orders_out() is not lanes


def test_many_are_noted_and_ended_a_bounded_number_at_a_time(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """A vendor whose service is down fails in every store at once: no list of them all is ever held."""
    monkeypatch.setattr(note, "AT_ONCE", 2)
    for _ in range(5):
        failing()
    seen: list[int] = []
    outage = note._outage

    def counted(integration: Integration, orders: OrderHealth) -> Outage:
        seen.append(Outage.objects.count())
        return outage(integration, orders)

    monkeypatch.setattr(note, "_outage", counted)
    note.note_beginnings(timezone.now())
    assert seen == [0, 0, 2, 2, 4]
    assert len(note.untold()) == 2
    Integration.objects.update(failing_since=None)
    note.note_ends(timezone.now())
    assert Outage.objects.filter(ended_at__isnull=True).count() == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_once_send_one(mailoutbox: list[Any]) -> None:
    failing()

    def worker(_number: int) -> None:
        try:
            look()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(worker, range(4)))
    assert (len(mailoutbox), Outage.objects.count()) == (1, 1)
