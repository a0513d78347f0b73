"""The end of an account that several stores work with, or that is connected again before its service was told."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from backoffice.tenancy.models import Store
from integrations.actions import save_settings
from integrations.models import Integration, OAuthGrant, Revocation
from integrations.oauth.disconnect import disconnect
from integrations.oauth.revocations import ask
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.integrations.accounts import Ledger, books, ledger, server
from tests.integrations.oauth.authorization_server import CLIENT_SECRET, AuthorizationServer
from tests.integrations.oauth.giving_up import Give, connected, found, give, sent

__all__ = ["books", "give", "ledger", "sent", "server"]
pytestmark = pytest.mark.django_db


def sibling_of(store: Store) -> Integration:
    """An integration of another of the organization's stores, with the same client at the same service."""
    books = Integration.objects.get(store=store)
    made: Integration = IntegrationFactory.create(
        store=LicensedStoreFactory.create(organization=store.organization), provider_slug="ledger"
    )
    return save_settings(
        integration=made, values=books.setting_values, secrets={"client_secret": CLIENT_SECRET}, version=0, by=None
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_stores_that_disconnect_one_account_at_the_same_time_the_later_has_it_ended(
    books: Integration, ledger: Ledger, store: Store, sent: list[tuple[str, ...]]
) -> None:
    sibling = sibling_of(store)
    connected(books, ledger)
    connected(sibling, ledger, refresh="second")
    given_up, go_on = threading.Event(), threading.Event()

    def first() -> None:
        try:
            with transaction.atomic():
                disconnect(integration=books, provider=ledger, by=None)
                given_up.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    def second() -> None:
        try:
            disconnect(integration=sibling, provider=ledger, by=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(first)
        assert given_up.wait(20)
        other = threads.submit(second)
        with pytest.raises(TimeoutError):
            other.result(timeout=0.5)
        go_on.set()
        one.result(20)
        other.result(20)
    assert not OAuthGrant.objects.exists()
    assert Revocation.objects.get().integration == sibling
    assert len(sent) == 1


@pytest.mark.parametrize("again", ["books", "sibling"])
def test_an_account_that_was_connected_again_meanwhile_keeps_its_access(
    give: Give, books: Integration, ledger: Ledger, store: Store, server: AuthorizationServer, again: str
) -> None:
    """While the service was down, somebody thought better of it."""
    row = give()
    assert row is not None
    connected(books if again == "books" else sibling_of(store), ledger, refresh="newer")
    ask(row.pk)
    assert server.asked_for_tokens() == 0
    assert not Revocation.objects.exists()
    assert found("integration.access_kept") == [{}]


def test_another_account_that_was_connected_meanwhile_keeps_no_access_to_the_first(
    give: Give, books: Integration, ledger: Ledger, server: AuthorizationServer
) -> None:
    row = give()
    assert row is not None
    connected(books, ledger, "2", refresh="newer")
    ask(row.pk)
    assert [each["token"] for each in server.revoked] == ["first"]


def test_of_an_account_that_its_service_does_not_name_the_store_itself_knows(
    give: Give, books: Integration, ledger: Ledger, server: AuthorizationServer
) -> None:
    row = give(realm="")
    assert row is not None
    connected(books, ledger, "", refresh="newer")
    ask(row.pk)
    assert server.asked_for_tokens() == 0
    assert found("integration.access_kept") == [{}]
