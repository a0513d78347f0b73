"""Stopping mails from a link in one of them: a GET asks, a POST without a session stops, and nothing else is opened."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.mails.links import token
from backoffice.tenancy.mails.topics import Topic, find_topic
from backoffice.tenancy.models import AuditEntry, MailChoice, Member, Store
from tests.factories.tenancy import Personas, StoreFactory, make_personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    made: Store = StoreFactory.create(organization__name="Harbour Group")
    return made


@pytest.fixture
def people(store: Store) -> Personas:
    return make_personas(store)


def topic(code: str) -> Topic:
    found = find_topic(code)
    assert found is not None
    return found


@pytest.fixture
def member(people: Personas) -> Member:
    found: Member = people.store_owner.memberships.get()
    return found


@pytest.fixture
def url(member: Member) -> str:
    return reverse("tenancy:mail_stop", args=[token(topic("webhook_failing"), member)])


def test_a_get_asks_and_changes_nothing(url: str, people: Personas) -> None:
    for _again in range(2):
        answer = Client().get(url)
        assert answer.status_code == 200
        for words in ("Stop these mails?", "An order webhook is failing", "Harbour Group", people.store_owner.email):
            assert words in answer.text
    assert Client().head(url).status_code == 200
    assert not MailChoice.objects.exists()
    assert not AuditEntry.objects.exists()


def test_one_step_of_a_mail_program_stops_it_without_session_or_token(url: str, member: Member) -> None:
    program = Client(enforce_csrf_checks=True)
    for _again in range(2):
        answer = program.post(url, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200
        assert "You no longer get these mails" in answer.text
    assert list(MailChoice.objects.values_list("member", "topic", "reach")) == [(member.pk, "webhook_failing", "none")]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.organization) == (
        "member.mails_chosen",
        member.user,
        member.organization,
    )
    assert entry.changes == {"webhook_failing": ["all", "none"], "how": "link in a mail"}
    assert "You no longer get these mails" in Client().get(url).text
    assert settings.SESSION_COOKIE_NAME not in program.cookies


def test_it_signs_nobody_in(url: str, store: Store) -> None:
    client = Client()
    client.post(url)
    page = client.get(reverse("tenancy:mail_choices", args=[store.organization.slug]))
    assert page["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("change", ["cut", "another signature", "other words"])
def test_what_was_not_signed_by_us_stops_nothing(url: str, change: str) -> None:
    good = url.rstrip("/").rpartition("/")[2]
    head, _colon, tail = good.partition(":")
    bad = {"cut": good[:-1], "another signature": f"{good[:-4]}AAAA", "other words": f"{head[:-2]}AA:{tail}"}[change]
    answer = Client().post(reverse("tenancy:mail_stop", args=[bad]))
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
    assert not MailChoice.objects.exists()


def test_what_is_always_sent_has_no_link_that_stops_it(people: Personas) -> None:
    url = reverse("tenancy:mail_stop", args=[token(topic("invoices"), people.owner.memberships.get())])
    assert Client().post(url).status_code == 404
    assert not MailChoice.objects.exists()


def test_of_a_member_who_left_nothing_is_told(url: str, member: Member, people: Personas) -> None:
    member.delete()
    for answer in (Client().get(url), Client().post(url)):
        assert answer.status_code == 200
        assert people.store_owner.email not in answer.text
        assert "Harbour Group" not in answer.text
    assert not MailChoice.objects.exists()


def test_other_methods_are_refused(url: str) -> None:
    for method in ("put", "patch", "delete"):
        assert getattr(Client(), method)(url).status_code == 405
