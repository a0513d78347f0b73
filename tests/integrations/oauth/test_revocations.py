"""A service is told of an access that was given up: after the commit, once where it works, again for a day where it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations import tasks
from integrations.contract import OAuth
from integrations.models import Integration, IntegrationSecret, OAuthGrant, PendingAuthorization, Revocation
from integrations.oauth.disconnect import disconnect
from integrations.oauth.revocations import TASK, TRIES, WAITS, ask, ask_due
from integrations.status import missing_settings, rows_of
from tests.factories.accounts import UserFactory
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.integrations.accounts import Ledger, books, ledger, server
from tests.integrations.oauth.authorization_server import AuthorizationServer
from tests.integrations.oauth.giving_up import Give, connected, found, give, sent
from tests.integrations.providers.local_service import Reply

__all__ = ["books", "give", "ledger", "sent", "server"]
pytestmark = pytest.mark.django_db


def test_nothing_is_held_any_more_and_the_service_ends_the_access(
    give: Give, books: Integration, ledger: Ledger, server: AuthorizationServer, sent: list[tuple[str, ...]]
) -> None:
    row = give()
    assert row is not None
    assert sent == [(TASK, str(row.pk))]
    assert not OAuthGrant.objects.exists()
    assert list(IntegrationSecret.objects.values_list("name", flat=True)) == ["client_secret"]
    books.refresh_from_db()
    assert [str(label) for label in missing_settings(books, ledger)] == ["Company"]
    assert rows_of([books], licensed=True)[0].status == "needs_setup"
    assert found("integration.disconnected") == [{"service_asked_to_end_access": True}]
    assert server.asked_for_tokens() == 0

    tasks.revoke_access(str(row.pk))

    assert server.revoked == [{"token": "first", "token_type_hint": "refresh_token"}]
    assert server.access_tokens == set()
    assert not Revocation.objects.exists()
    assert found("integration.access_revoked") == [{}]
    tasks.revoke_access(str(row.pk))
    assert server.asked_for_tokens() == 1


def test_a_service_that_takes_json_gets_it(
    give: Give, ledger: Ledger, server: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = ledger.oauth

    def in_json(values: dict[str, object]) -> OAuth:
        told = declared(values)
        assert told is not None
        return replace(told, revoke_url=f"{server.service.url}/revoke.json", revoke_as_json=True)

    monkeypatch.setattr(ledger, "oauth", in_json)
    row = give()
    assert row is not None
    ask(row.pk)
    assert server.revoked == [{"token": "first"}]
    assert not Revocation.objects.exists()


def test_without_a_refresh_token_the_access_token_is_ended(give: Give, server: AuthorizationServer) -> None:
    row = give(refresh="")
    assert row is not None
    ask(row.pk)
    assert server.revoked == [{"token": "access-of-old", "token_type_hint": "access_token"}]
    assert server.access_tokens == set()


def test_what_it_takes_is_sealed_and_kept_though_the_settings_change(
    give: Give, books: Integration, server: AuthorizationServer
) -> None:
    row = give()
    assert row is not None
    assert b"first" not in bytes(row.sealed)
    Integration.objects.filter(pk=books.pk).update(setting_values={})
    IntegrationSecret.objects.filter(integration=books).delete()
    ask(row.pk)
    assert server.revoked == [{"token": "first", "token_type_hint": "refresh_token"}]


def test_a_service_that_is_down_is_asked_again_for_a_day_and_no_longer(give: Give, server: AuthorizationServer) -> None:
    row = give()
    assert row is not None
    server.trouble = Reply(500)
    now = timezone.now() + timedelta(seconds=1)
    with time_machine.travel(now, tick=False) as clock:
        for tried, wait in enumerate(WAITS, start=1):
            ask_due(timezone.now())
            ask_due(timezone.now())
            row.refresh_from_db()
            assert (server.asked_for_tokens(), row.tries) == (tried, tried)
            assert row.due_at == timezone.now() + wait
            clock.shift(wait)
        ask_due(timezone.now())
    assert server.asked_for_tokens() == TRIES
    assert not Revocation.objects.exists()
    assert found("integration.access_not_revoked") == [
        {"problem": "The service that gives out access has a problem of its own (status 500)."}
    ]
    assert sum(WAITS, timedelta()) < timedelta(days=1)


def test_a_pause_that_the_service_asks_for_is_kept(give: Give, server: AuthorizationServer) -> None:
    row = give()
    assert row is not None
    server.trouble = Reply(503, {}, {"Retry-After": "900"})
    before = timezone.now()
    ask(row.pk)
    row.refresh_from_db()
    assert before + timedelta(seconds=900) <= row.due_at < before + timedelta(seconds=930)


def test_a_refusal_is_final_and_covers_what_was_sent(give: Give, server: AuthorizationServer) -> None:
    row = give()
    assert row is not None
    server.trouble = Reply(400, {"error": "unsupported_token_type", "error_description": "No first-of-its-kind."})
    ask(row.pk)
    assert not Revocation.objects.exists()
    [changes] = found("integration.access_not_revoked")
    assert changes == {"problem": "The service did not end the access: No ••••-of-its-kind."}


def test_one_that_has_ended_there_already_counts_as_ended(give: Give, server: AuthorizationServer) -> None:
    row = give()
    assert row is not None
    server.trouble = Reply(400, {"error": "invalid_token"})
    ask(row.pk)
    assert not Revocation.objects.exists()
    assert found("integration.access_revoked") == [{}]


def test_a_service_without_an_address_for_it_is_not_asked(
    give: Give, books: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "revokes", False)
    assert give() is None
    assert not OAuthGrant.objects.exists()
    assert found("integration.disconnected") == [{"service_asked_to_end_access": False}]


@pytest.mark.parametrize(("realm", "asked"), [("1", False), ("2", True)])
def test_the_account_of_another_store_goes_on_working(
    give: Give, books: Integration, ledger: Ledger, store: Store, realm: str, asked: bool
) -> None:
    sibling = IntegrationFactory.create(
        store=LicensedStoreFactory.create(organization=store.organization), provider_slug="ledger"
    )
    elsewhere = IntegrationFactory.create(provider_slug="ledger")
    connected(sibling, ledger, realm)
    connected(elsewhere, ledger, "1")
    assert (give() is not None) is asked
    assert set(OAuthGrant.objects.values_list("integration", flat=True)) == {sibling.pk, elsewhere.pk}


def test_an_account_that_was_lost_leaves_nothing_to_end_and_no_failure(
    books: Integration, ledger: Ledger, sent: list[tuple[str, ...]]
) -> None:
    connected(books, ledger)
    OAuthGrant.objects.update(lost_at=timezone.now(), problem="Gone.")
    Integration.objects.update(last_error="Gone.", last_error_at=timezone.now(), failing_since=timezone.now())
    assert disconnect(integration=books, provider=ledger, by=UserFactory.create())
    assert not Revocation.objects.exists()
    books.refresh_from_db()
    assert (books.last_error, books.failing_since) == ("", None)


def test_who_is_on_the_way_to_connect_comes_back_in_vain(books: Integration, ledger: Ledger) -> None:
    person = UserFactory.create()
    PendingAuthorization.objects.create(
        integration=books, user=person, state_sha256="1" * 64, session_sha256="2" * 64, verifier=b"sealed"
    )
    assert not disconnect(integration=books, provider=ledger, by=person)
    assert not PendingAuthorization.objects.exists()
    assert found("integration.disconnected") == []


@pytest.mark.parametrize(("realm", "tokens"), [("1", 0), ("2", 1)])
def test_who_connects_another_account_gives_up_the_one_before(
    books: Integration, ledger: Ledger, server: AuthorizationServer, realm: str, tokens: int
) -> None:
    """The same account goes on with newer tokens: ending the older ones could end these too."""
    connected(books, ledger, "1")
    connected(books, ledger, realm, refresh="second")
    assert Revocation.objects.count() == tokens
    ask_due(timezone.now())
    assert [each["token"] for each in server.revoked] == ["first"] * tokens
    assert OAuthGrant.objects.get().lost_at is None
