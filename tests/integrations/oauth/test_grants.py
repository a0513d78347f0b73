"""Tokens are renewed in time, by one at a time, and a revoked account says so once."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from backoffice.security.encryption import DecryptionError
from backoffice.tenancy.models import AuditEntry
from backoffice.tenancy.transactions import tenant_transaction
from integrations import subscribers
from integrations.contract import NeedsAttention, TryLater
from integrations.models import Integration, IntegrationSecret, OAuthGrant
from integrations.oauth import grants
from integrations.oauth.grants import connect, fresh_values, renew_due
from integrations.oauth.tokens import Tokens
from integrations.status import row_of, rows_of
from tests.factories.accounts import UserFactory
from tests.factories.integrations import IntegrationFactory
from tests.integrations.accounts import Ledger, books, ledger, server
from tests.integrations.oauth.authorization_server import AuthorizationServer
from tests.integrations.providers.local_service import Reply

__all__ = ["books", "ledger", "server"]


@pytest.fixture
def expire(books: Integration, ledger: Ledger, server: AuthorizationServer) -> Callable[..., OAuthGrant]:
    """A connected account whose token ends in `seconds`."""

    def build(seconds: int, *, refresh: str = "first") -> OAuthGrant:
        given = Tokens("access-of-old", refresh, seconds)
        server.refresh_tokens = {"first"}
        return connect(integration=books, provider=ledger, given=given, kept={}, by=UserFactory.create())

    return build


@pytest.mark.django_db
def test_a_token_that_lives_is_used_as_it_is(
    books: Integration, expire: Callable[..., OAuthGrant], server: AuthorizationServer
) -> None:
    expire(3600)
    assert fresh_values(books)["company"] == "access-of-old"
    assert server.asked_for_tokens() == 0


@pytest.mark.django_db
def test_one_about_to_end_is_renewed_and_the_refresh_token_rotates(
    books: Integration, expire: Callable[..., OAuthGrant], server: AuthorizationServer
) -> None:
    expire(60)
    first = fresh_values(books)["company"]
    assert first != "access-of-old"
    OAuthGrant.objects.update(expires_at=timezone.now())
    second = fresh_values(books)["company"]
    assert second not in {first, "access-of-old"}
    assert fresh_values(books)["company"] == second
    assert server.asked_for_tokens() == 2
    grant = OAuthGrant.objects.get()
    assert grant.expires_at is not None
    assert grant.expires_at > timezone.now() + timedelta(minutes=59)
    assert grant.refreshed_at is not None


@pytest.mark.django_db
def test_a_service_that_keeps_its_refresh_token_is_asked_with_it_again(
    books: Integration, expire: Callable[..., OAuthGrant], server: AuthorizationServer
) -> None:
    server.rotates = False
    expire(60)
    for _ in range(2):
        OAuthGrant.objects.update(expires_at=timezone.now())
        fresh_values(books)
    assert server.refresh_tokens == {"first"}


@pytest.mark.django_db
def test_revoked_is_said_once_and_asked_no_more(
    books: Integration, expire: Callable[..., OAuthGrant], server: AuthorizationServer
) -> None:
    expire(60)
    server.refresh_tokens.clear()
    for _ in range(2):
        with pytest.raises(NeedsAttention, match="Connect the account again"):
            fresh_values(books)
    assert server.asked_for_tokens() == 1
    books.refresh_from_db()
    row = row_of(books, licensed=True)
    assert (row.status, row.advice) == ("failing", OAuthGrant.objects.get().problem)
    assert AuditEntry.objects.filter(action="integration.connection_lost").count() == 1


@pytest.mark.django_db
def test_who_connects_again_while_the_old_tokens_are_refused_stays_connected(
    books: Integration,
    ledger: Ledger,
    expire: Callable[..., OAuthGrant],
    server: AuthorizationServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expire(60)
    server.refresh_tokens.clear()
    lose = grants.lose

    def lose_late(**fields: object) -> bool:
        given = Tokens("new", "newer", 3600)
        connect(integration=books, provider=ledger, given=given, kept={}, by=UserFactory.create())
        return lose(**fields)  # type: ignore[arg-type]

    monkeypatch.setattr(grants, "lose", lose_late)
    with pytest.raises(TryLater):
        fresh_values(books)
    assert OAuthGrant.objects.get(integration=books).lost_at is None
    books.refresh_from_db()
    assert books.failing_since is None


@pytest.mark.django_db
def test_a_service_that_is_down_loses_nothing(
    books: Integration, expire: Callable[..., OAuthGrant], server: AuthorizationServer
) -> None:
    expire(60)
    server.trouble = Reply(500)
    with pytest.raises(TryLater):
        fresh_values(books)
    server.trouble = None
    assert fresh_values(books)["company"] != "access-of-old"


@pytest.mark.django_db
def test_newer_tokens_are_kept_though_who_hears_of_them_fails(
    books: Integration, expire: Callable[..., OAuthGrant], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_integration: Integration, _by: object) -> None:
        raise RuntimeError

    expire(60)
    before = OAuthGrant.objects.get().expires_at
    monkeypatch.setattr(Ledger, "order_events", ("order.closed",))
    monkeypatch.setattr(subscribers, "_changed", [fail])
    with pytest.raises(RuntimeError):
        fresh_values(books)
    after = OAuthGrant.objects.get().expires_at
    assert before
    assert after
    assert after > before
    monkeypatch.setattr(subscribers, "_changed", [])
    assert fresh_values(books)["company"] != "access-of-old"


@pytest.mark.django_db
def test_what_deliveries_use_is_renewed_ahead_and_their_endpoint_hears_of_it(
    books: Integration,
    ledger: Ledger,
    expire: Callable[..., OAuthGrant],
    server: AuthorizationServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Integration] = []
    monkeypatch.setattr(subscribers, "_changed", [lambda integration, by: heard.append(integration)])
    expire(60)
    heard.clear()
    renew_due(timezone.now())
    assert server.asked_for_tokens() == 0
    monkeypatch.setattr(Ledger, "order_events", ("order.closed",))
    renew_due(timezone.now())
    assert (server.asked_for_tokens(), heard) == (1, [books])
    renew_due(timezone.now())
    assert server.asked_for_tokens() == 1
    OAuthGrant.objects.update(expires_at=timezone.now())
    server.refresh_tokens.clear()
    renew_due(timezone.now())
    renew_due(timezone.now())
    assert server.asked_for_tokens() == 2
    books.refresh_from_db()
    monkeypatch.setattr(Ledger, "order_events", ())
    row = rows_of([books], licensed=True)[0]
    assert (row.status, row.fix) == ("failing", "settings")


@pytest.mark.django_db
def test_an_account_with_a_secret_that_cannot_be_read_keeps_no_other_from_being_renewed(
    books: Integration, ledger: Ledger, expire: Callable[..., OAuthGrant], monkeypatch: pytest.MonkeyPatch
) -> None:
    expire(60)
    other = IntegrationFactory.create(provider_slug=books.provider_slug)
    connect(integration=other, provider=ledger, given=Tokens("a", "b", 90), kept={}, by=UserFactory.create())
    asked: list[object] = []

    def fail(integration: Integration) -> None:
        asked.append(integration.pk)
        raise DecryptionError

    monkeypatch.setattr(ledger, "order_events", ("close",))
    monkeypatch.setattr(grants, "fresh_values", fail)
    renew_due(timezone.now())
    assert asked == [books.pk, other.pk]


@pytest.mark.django_db
def test_without_a_refresh_token_it_is_used_to_its_end(
    books: Integration, expire: Callable[..., OAuthGrant], server: AuthorizationServer
) -> None:
    expire(60, refresh="")
    assert fresh_values(books)["company"] == "access-of-old"
    OAuthGrant.objects.update(expires_at=timezone.now())
    with pytest.raises(NeedsAttention, match="expired"):
        fresh_values(books)
    assert server.asked_for_tokens() == 0


@pytest.mark.django_db
def test_a_provider_without_an_account_has_its_values_at_once(django_assert_num_queries: object) -> None:
    plain = IntegrationFactory.create()
    with tenant_transaction(plain.store.organization_id), django_assert_num_queries(1):  # type: ignore[operator]
        fresh_values(plain)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_asks_and_all_have_the_new_token(
    books: Integration, expire: Callable[..., OAuthGrant], server: AuthorizationServer
) -> None:
    expire(60)
    found: list[object] = []

    def ask() -> None:
        try:
            found.append(fresh_values(Integration.objects.select_related("store").get(pk=books.pk))["company"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.asked_for_tokens() == 1
    assert len(set(found)) == 1
    assert len(found) == 4
    assert server.refresh_tokens
    names = set(IntegrationSecret.objects.filter(integration=books).values_list("name", flat=True))
    assert names == {"client_secret", "company", "company.refresh"}


@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_is_told_to_come_again(
    books: Integration, expire: Callable[..., OAuthGrant], server: AuthorizationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = expire(60)
    monkeypatch.setattr(grants, "_WAIT_SECONDS", 0.1)
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT FROM integrations_oauthgrant WHERE id = %s FOR UPDATE", [grant.pk])
            holds.set()
            done.wait(10)
            cursor.execute("ROLLBACK")
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert holds.wait(10)
    try:
        with pytest.raises(TryLater, match="being renewed"):
            fresh_values(books)
    finally:
        done.set()
        holder.join()
    assert server.asked_for_tokens() == 0
