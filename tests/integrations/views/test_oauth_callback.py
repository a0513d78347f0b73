"""Coming back from a service: kept once, for the session that went, and refused in words in every other case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry
from backoffice.tenancy.transactions import tenant_transaction
from integrations.actions import save_settings
from integrations.models import Integration, OAuthGrant, PendingAuthorization
from integrations.oauth.tokens import Tokens, exchange
from integrations.values import values_of
from tests.factories.integrations import RunFactory
from tests.factories.tenancy import Personas
from tests.integrations.accounts import books, leave, ledger, server
from tests.integrations.oauth.authorization_server import CANARY, CLIENT_SECRET, AuthorizationServer
from tests.integrations.providers.local_service import Reply

__all__ = ["books", "leave", "ledger", "server"]
pytestmark = pytest.mark.django_db

Address = Callable[..., str]
Leave = Callable[..., str]
NOT_YOURS = "This answer does not belong to your session"


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def back(**parameters: str) -> str:
    return f"/integrations/oauth/callback?{urlencode(parameters)}"


def test_the_account_is_connected_and_its_tokens_are_shown_nowhere(
    owner: Client, people: Personas, books: Integration, leave: Leave, server: AuthorizationServer, address: Address
) -> None:
    answer = owner.get(server.allow(leave(owner)))
    configure = address("configure", integration=books.public_id)
    assert (answer.status_code, answer["Location"]) == (303, configure)
    books.refresh_from_db()
    values = values_of([books])[books.pk]
    assert str(values["company"]).startswith(CANARY)
    assert values["realmId"] == "4620816365"
    assert not any("." in name for name in values)
    assert "noise" not in books.remembered
    grant = OAuthGrant.objects.get(integration=books)
    assert grant.connected_by == people.store_owner
    assert grant.expires_at is not None
    assert timedelta(minutes=59) < grant.expires_at - timezone.now() <= timedelta(hours=1)
    page = owner.get(configure).text
    assert "The account of Ledger is connected." in page
    assert "by you on" in page
    assert "Save and reconnect" in page
    assert CANARY not in page
    entry = AuditEntry.objects.get(action="integration.connected")
    assert (entry.actor, entry.changes) == (people.store_owner, {"realmId": "4620816365"})


def test_the_same_answer_twice_is_refused(owner: Client, leave: Leave, server: AuthorizationServer) -> None:
    url = server.allow(leave(owner))
    assert owner.get(url).status_code == 303
    again = owner.get(url)
    assert again.status_code == 400
    assert NOT_YOURS in again.text
    assert server.asked_for_tokens() == 1


def test_a_state_that_was_never_given_is_refused(owner: Client, leave: Leave, server: AuthorizationServer) -> None:
    leave(owner)
    for url in (back(code="x", state="guessed"), back(code="x"), back(state="\x00"), back()):
        assert owner.get(url).status_code == 400
    assert server.asked_for_tokens() == 0
    assert PendingAuthorization.objects.count() == 1


def test_only_the_person_and_the_session_that_went_come_back(
    owner: Client, people: Personas, signed_in: Callable[..., Client], leave: Leave, server: AuthorizationServer
) -> None:
    url = server.allow(leave(owner))
    for other in (signed_in(people.owner), signed_in(people.store_owner), Client()):
        answer = other.get(url)
        assert (answer.status_code, NOT_YOURS in answer.text) == (400, True)
    assert server.asked_for_tokens() == 0
    assert owner.get(url).status_code == 303


def test_ten_minutes_are_enough_and_eleven_too_many(owner: Client, leave: Leave, server: AuthorizationServer) -> None:
    url = server.allow(leave(owner))
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        assert owner.get(url).status_code == 400


CHANGED = "The settings were changed since you left for the service."


def test_settings_that_were_saved_meanwhile_are_looked_at_first(
    owner: Client, books: Integration, leave: Leave, server: AuthorizationServer
) -> None:
    """The code was given to the client of before, and the tokens would be kept beside the keys of another."""
    url = server.allow(leave(owner))
    save_settings(integration=books, values=books.setting_values, secrets={}, version=1, by=None)
    answer = owner.get(url, follow=True)
    assert CHANGED in answer.text
    assert server.asked_for_tokens() == 0
    assert not OAuthGrant.objects.exists()
    owner.get(server.allow(leave(owner)))
    assert OAuthGrant.objects.count() == 1


def test_settings_that_are_saved_while_the_service_answers_do_not_get_its_tokens(
    owner: Client, books: Integration, leave: Leave, server: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: Any, **named: Any) -> Tokens:
        given = exchange(*args, **named)
        with tenant_transaction(books.store.organization_id):
            save_settings(integration=books, values=books.setting_values, secrets={}, version=1, by=None)
        return given

    monkeypatch.setattr("integrations.views.oauth_callback.exchange", slow)
    answer = owner.get(server.allow(leave(owner)), follow=True)
    assert CHANGED in answer.text
    assert not OAuthGrant.objects.exists()
    assert "company" not in values_of([books])[books.pk]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"error": "access_denied"}, "Access was declined at the service."),
        ({"error": "server_error", "error_description": "<b>Down</b> for now"}, "&lt;b&gt;Down&lt;/b&gt; for now"),
        ({"error": "temporarily_unavailable"}, "temporarily_unavailable"),
        ({}, "without a code"),
        ({"code": "never given"}, "Connect the account again"),
    ],
)
def test_what_the_service_refuses_is_said_in_words(
    owner: Client, leave: Leave, server: AuthorizationServer, told: dict[str, str], sentence: str
) -> None:
    answer = owner.get(back(state=state_of(leave(owner)), **told), follow=True)
    assert "The account was not connected." in answer.text
    assert sentence in answer.text
    assert not OAuthGrant.objects.exists()


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply(401, {"error": "invalid_client"}), "does not accept our client ID"),
        (Reply(400, {"error": "invalid_scope", "error_description": "No such scope."}), "No such scope."),
        (Reply(400, b"<html>"), "status 400"),
        (Reply(500, b"oops"), "status 500"),
        (Reply(503), "not available at the moment"),
        (Reply(200, {"token_type": "bearer"}), "without an access token"),
        (Reply(200, b"[]"), "without an access token"),
    ],
)
def test_a_token_address_in_trouble_is_said_in_words(
    owner: Client, leave: Leave, server: AuthorizationServer, reply: Reply, sentence: str
) -> None:
    url = server.allow(leave(owner))
    server.trouble = reply
    answer = owner.get(url, follow=True)
    assert sentence in answer.text
    assert not OAuthGrant.objects.exists()


def test_a_token_address_that_quotes_our_secret_is_covered(
    owner: Client, leave: Leave, server: AuthorizationServer
) -> None:
    url = server.allow(leave(owner))
    server.trouble = Reply(400, {"error": "odd", "error_description": f"Bad secret {CLIENT_SECRET} sent."})
    page = owner.get(url, follow=True).text
    assert "Bad secret ••••" in page
    assert CLIENT_SECRET not in page


def test_who_lost_the_role_meanwhile_connects_nothing(
    owner: Client, people: Personas, leave: Leave, server: AuthorizationServer
) -> None:
    url = server.allow(leave(owner))
    people.store_owner.memberships.update(role_code="viewer")
    assert owner.get(url).status_code == 400
    assert server.asked_for_tokens() == 0


def test_reconnecting_keeps_history_and_ends_the_failure(
    owner: Client, books: Integration, leave: Leave, server: AuthorizationServer, address: Address
) -> None:
    owner.get(server.allow(leave(owner)))
    RunFactory.create(integration=books)
    now = timezone.now()
    OAuthGrant.objects.update(lost_at=now, problem="Revoked there.")
    Integration.objects.update(last_error="Revoked there.", last_error_at=now, failing_since=now)
    configure = address("configure", integration=books.public_id)
    lost = owner.get(configure).text
    assert "Connection lost" in lost
    assert "Revoked there." in lost
    assert "Failing" in lost
    before = values_of([books])[books.pk]["company"]
    owner.get(server.allow(leave(owner)))
    page = owner.get(configure).text
    assert "Connection lost" not in page
    assert "Failing" not in page
    assert books.runs.count() == 1
    assert values_of([books])[books.pk]["company"] != before
    assert AuditEntry.objects.filter(action="integration.reconnected").count() == 1
