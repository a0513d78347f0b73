"""The outbox: each mail goes out once, whatever is killed, refused, away or run twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused, SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from backoffice import broker
from backoffice.accounts.models import User
from backoffice.tenancy.mails import outbox, topics
from backoffice.tenancy.mails.links import Foot
from backoffice.tenancy.mails.outbox import Kind, Letter, put
from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import Mail, Member, Store
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.tasks import prune_mails
from tests.factories.tenancy import Personas, StoreFactory, make_personas

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Send = Callable[..., int]


def _words(each: Mail, foot: Foot | None) -> Letter | None:
    if each.facts.get("nothing"):
        return None
    if each.facts.get("broken"):
        raise LookupError("A word is missing.")
    return Letter(f"About {each.about}", f"For {foot.organization if foot else 'an address'}.")


TOPIC = Topic(
    "weather",
    section=gettext_lazy("Weather"),
    name=gettext_lazy("Rain"),
    meaning=gettext_lazy("When it rains."),
    permission=Permission.HUB_VIEW,
    usual=Permission.ENDPOINT_MANAGE,
)
KIND = Kind("weather.rain", _words, TOPIC)
BILL = Kind("weather.bill", _words, TOPIC, news_for=30 * DAY)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_kinds", {KIND.code: KIND, BILL.code: BILL})
    monkeypatch.setattr(topics, "_topics", {TOPIC.code: TOPIC})
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def store() -> Store:
    made: Store = StoreFactory.create()
    return made


@pytest.fixture
def people(store: Store) -> Personas:
    return make_personas(store)


def note(store: Store, about: str = "today", **more: Any) -> None:
    put(KIND, about=about, organization=store.organization, store=store, **more)


def sent() -> list[str]:
    return [message.to[0] for message in mail.outbox]


def states() -> dict[str, int]:
    found = list(Mail.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def breaking(monkeypatch: pytest.MonkeyPatch, error: Callable[[int, EmailMultiAlternatives], object]) -> list[str]:
    """Has `send` raise what `error` returns for the number of the try, if anything; lists whom it was tried for."""
    real, tried = EmailMultiAlternatives.send, list[str]()

    def send(self: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        tried.append(self.to[0])
        if raised := error(len(tried), self):
            raise raised  # type: ignore[misc]
        return real(self, fail_silently)

    monkeypatch.setattr(EmailMultiAlternatives, "send", send)
    return tried


def test_one_row_and_one_mail_for_each_who_wants_it(store: Store, people: Personas) -> None:
    note(store, facts={"words": "secret"})
    note(store)
    assert states() == {"waiting": 3}
    assert outbox.send_waiting(NOW) == 3
    assert outbox.send_waiting(NOW) == 0
    assert sorted(sent()) == sorted([people.owner.email, people.enterprise_admin.email, people.store_owner.email])
    assert set(Mail.objects.values_list("state", "tries")) == {("sent", 0)}
    assert all(each.facts == {} and each.ended_at == NOW for each in Mail.objects.all())
    note(store)
    assert outbox.send_waiting(NOW) == 0


def test_an_address_gets_it_without_a_foot_and_once(store: Store, people: Personas) -> None:
    note(store, addresses=["ops@example.com", "other@example.com"], only_user=0)
    note(store, addresses=["ops@example.com"], only_user=0)
    outbox.send_waiting(NOW)
    assert sent() == ["ops@example.com", "other@example.com"]
    assert mail.outbox[0].body == "For an address."
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


def test_noted_in_the_transaction_and_sent_after_its_commit(
    store: Store, people: Personas, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    asked: list[str] = []
    monkeypatch.setattr(broker, "send", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        with suppress(RuntimeError), transaction.atomic():
            note(store)
            raise RuntimeError
        assert asked == []
    assert (asked, Mail.objects.count()) == ([], 0)
    with django_capture_on_commit_callbacks(execute=True):
        note(store)
        assert asked == []
    assert asked == ["tenancy.send_mails"]


def test_a_process_killed_after_a_mail_sends_the_others_and_that_one_under_the_same_id(
    store: Store, people: Personas, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(store)
    ids: list[str] = []

    def end(mail_: Mail, state: Mail.State) -> bool:
        ids.append(mail.outbox[-1].extra_headers["Message-ID"])
        if len(ids) == 2:
            raise SystemExit
        return real(mail_, state)

    real = outbox._end
    with monkeypatch.context() as killed:
        killed.setattr(outbox, "_end", end)
        with pytest.raises(SystemExit):
            outbox.send_waiting(NOW)
    assert states() == {"sent": 1, "waiting": 2}
    assert outbox.send_waiting(NOW) == 2
    found = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert (len(found), len(set(found)), found[1] == found[2]) == (4, 3, True)
    assert found[0] == f"<{Mail.objects.order_by('pk')[0].pk}@localhost>"


@pytest.mark.parametrize(("code", "state"), [(550, "refused"), (450, "waiting")])
def test_a_refused_recipient_holds_nobody_up(
    store: Store, people: Personas, monkeypatch: pytest.MonkeyPatch, code: int, state: str
) -> None:
    note(store)
    tried = breaking(
        monkeypatch, lambda number, each: number == 1 and SMTPRecipientsRefused({each.to[0]: (code, b"No.")})
    )
    assert outbox.send_waiting(NOW) == 2
    assert states() == {"sent": 2, state: 1}
    again = outbox.send_waiting(NOW + 2 * MINUTE)
    assert (again, len(tried)) == ((0, 3) if state == "refused" else (1, 4))


@pytest.mark.parametrize(
    "error", [SMTPDataError(554, b"No."), SMTPSenderRefused(550, b"No.", "us@example.com"), LookupError("a bug")]
)
def test_what_is_wrong_with_one_mail_holds_no_other_up(
    store: Store, people: Personas, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    note(store)
    breaking(monkeypatch, lambda number, _each: number == 1 and error)
    assert outbox.send_waiting(NOW) == 2
    assert Mail.objects.get(state="waiting").due_at == NOW + MINUTE
    assert outbox.send_waiting(NOW + MINUTE) == 1


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), SMTPServerDisconnected("Gone.")])
def test_a_mail_server_that_is_away_is_asked_once_a_round(
    store: Store, people: Personas, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    note(store)
    with monkeypatch.context() as broken:
        tried = breaking(broken, lambda _number, _each: error)
        assert outbox.send_waiting(NOW) == 0
        assert outbox.send_waiting(NOW) == 0
        assert len(tried) == len(set(tried)) == 2
    assert outbox.send_waiting(NOW + 2 * MINUTE) == 3


def test_it_is_tried_later_each_time_and_given_up_after_a_day(
    store: Store, people: Personas, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    note(store, only_user=people.owner.pk)
    with monkeypatch.context() as broken:
        breaking(broken, lambda _number, _each: SMTPDataError(451, b"Later."))
        pauses = []
        moment = NOW
        for _ in range(9):
            outbox.send_waiting(moment)
            due = Mail.objects.get().due_at
            pauses.append((due - moment) // MINUTE)
            moment = due
        assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert outbox.send_waiting(NOW + DAY) == 0
    assert states() == {"given_up": 1}
    assert "1 mails could not be sent while they were news" in caplog.text
    assert mail.outbox == []


def test_what_stays_news_for_longer_is_kept_for_longer(store: Store, people: Personas) -> None:
    put(BILL, about="1", organization=store.organization)
    assert outbox.send_waiting(NOW + 29 * DAY) == 2
    assert sorted(sent()) == sorted([people.owner.email, people.enterprise_admin.email])


@pytest.mark.parametrize("change", ["left", "lost the store", "inactive", "switched off", "viewer"])
def test_whoever_is_not_to_get_it_any_more_does_not(store: Store, people: Personas, change: str) -> None:
    note(store, only_user=people.store_owner.pk)
    member = Member.objects.get(user=people.store_owner)
    changes: dict[str, Callable[[], object]] = {
        "left": member.delete,
        "lost the store": member.given_stores.clear,
        "inactive": lambda: User.objects.filter(pk=people.store_owner.pk).update(is_active=False),
        "switched off": lambda: member.mail_choices.create(topic="weather", reach="none"),
        "viewer": lambda: Member.objects.filter(pk=member.pk).update(role_code="viewer"),
    }
    changes[change]()
    assert outbox.send_waiting(NOW) == 0
    assert states() == {"not_wanted": 1}
    assert mail.outbox == []


def test_nothing_to_say_any_more(store: Store, people: Personas) -> None:
    note(store, facts={"nothing": True}, only_user=people.owner.pk)
    outbox.send_waiting(NOW)
    assert (states(), mail.outbox) == ({"not_wanted": 1}, [])


def test_words_that_are_missing_are_logged_and_others_go(
    store: Store, people: Personas, caplog: pytest.LogCaptureFixture
) -> None:
    note(store, "broken", facts={"broken": True}, only_user=people.owner.pk)
    note(store, only_user=people.owner.pk)
    assert outbox.send_waiting(NOW) == 1
    assert "could not be written" in caplog.text


def test_old_ones_are_pruned_and_those_that_wait_are_not(store: Store, people: Personas) -> None:
    note(store, only_user=people.owner.pk)
    outbox.send_waiting(NOW)
    put(BILL, about="1", organization=store.organization, only_user=people.owner.pk)
    with time_machine.travel(NOW + 89 * DAY, tick=False):
        prune_mails()
        assert Mail.objects.count() == 2
    with time_machine.travel(NOW + 91 * DAY, tick=False):
        prune_mails()
    assert Mail.objects.get().kind == BILL.code


def test_the_database_knows_one_recipient_once(store: Store, people: Personas) -> None:
    row = {
        "organization": store.organization, "kind": "weather.rain", "about": "x", "due_at": NOW, "expires_at": NOW + DAY,
    }  # fmt: skip
    for bad in ({}, {"user": people.owner, "to": "a@example.com"}):
        with pytest.raises(IntegrityError, match="tenancy_mail_one_recipient"), transaction.atomic():
            Mail.objects.create(**row, **bad)
    Mail.objects.create(**row, to="a@example.com")
    with pytest.raises(IntegrityError, match="tenancy_mail_once"), transaction.atomic():
        Mail.objects.create(**row, to="a@example.com")


@pytest.mark.django_db(transaction=True)
def test_rounds_that_run_at_once_share_the_mails(settings: Settings) -> None:
    store = StoreFactory.create()
    note(store, addresses=[f"{number}@example.com" for number in range(40)])

    def work(_number: int) -> int:
        try:
            return outbox.send_waiting(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 40
    assert len(sent()) == len(set(sent())) == 40
