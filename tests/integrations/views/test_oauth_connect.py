"""Connect saves what was typed and leads on to the service, with a state that nobody can guess."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from integrations.models import Integration, PendingAuthorization
from integrations.oauth.pending import redirect_uri
from tests.factories.integrations import IntegrationFactory
from tests.integrations.accounts import Ledger, books, leave, ledger, server
from tests.integrations.oauth.authorization_server import CLIENT_ID, CLIENT_SECRET, AuthorizationServer

__all__ = ["books", "leave", "ledger", "server"]
pytestmark = pytest.mark.django_db

Address = Callable[..., str]


def test_the_address_says_who_asks_for_what_and_proves_it_later(
    owner: Client, books: Integration, leave: Callable[..., str], server: AuthorizationServer
) -> None:
    parts = urlsplit(leave(owner))
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{server.service.url}/authorize"
    assert len(asked.pop("state")) >= 43
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "tenant": "1",
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": redirect_uri(),
        "scope": "books.read books.write",
        "code_challenge_method": "S256",
        "access_type": "offline",
    }
    pending = PendingAuthorization.objects.get()
    assert pending.integration == books


def test_each_press_replaces_the_one_before(owner: Client, leave: Callable[..., str]) -> None:
    assert leave(owner) != leave(owner)
    assert PendingAuthorization.objects.count() == 1


def test_what_was_typed_is_saved_first_as_far_as_it_goes(
    owner: Client, ledger: Ledger, server: AuthorizationServer, store: object, address: Address
) -> None:
    made = IntegrationFactory.create(store=store, provider_slug="ledger")
    typed = {"_version": 0, "address": server.service.url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    answer = owner.post(address("oauth_connect", integration=made.public_id), typed)
    assert answer.status_code == 200
    assert "Continue to Ledger" in answer.text
    assert CLIENT_SECRET not in answer.text
    made.refresh_from_db()
    assert made.setting_values["client_id"] == CLIENT_ID
    assert made.settings_saved_at is None
    page = owner.get(address("configure", integration=made.public_id)).text
    assert "Needs setup" in page
    assert "Not connected yet" in page
    assert redirect_uri() in page


def test_saved_settings_are_not_made_worse_on_the_way(owner: Client, books: Integration, address: Address) -> None:
    typed = {"_version": books.version, "address": "", "client_id": CLIENT_ID, "book": "Main"}
    answer = owner.post(address("oauth_connect", integration=books.public_id), typed)
    assert answer.status_code == 422
    assert not PendingAuthorization.objects.exists()


def test_without_what_it_takes_it_says_so(owner: Client, ledger: Ledger, store: object, address: Address) -> None:
    made = IntegrationFactory.create(store=store, provider_slug="ledger")
    answer = owner.post(address("oauth_connect", integration=made.public_id), {"_version": 0}, follow=True)
    assert "Fill in what is needed to connect the account first" in answer.text


def test_a_service_at_a_private_address_is_not_gone_to(
    owner: Client, books: Integration, address: Address, settings: object
) -> None:
    settings.OUTBOUND_OPEN_NETWORKS = []  # type: ignore[attr-defined]
    answer = owner.post(address("oauth_connect", integration=books.public_id), follow=True)
    assert "not one to go to" in answer.text
