"""Disconnect gives an account up; Delete keeps it, so that Activate finds everything as it was."""

from collections.abc import Callable

import pytest
from django.test import Client

from integrations import actions
from integrations.models import Integration, IntegrationSecret, OAuthGrant, Revocation
from integrations.oauth.grants import connect
from integrations.oauth.tokens import Tokens
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas
from tests.integrations.accounts import Ledger, books, ledger, server

__all__ = ["books", "ledger", "server"]
pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def url(books: Integration, ledger: Ledger, people: Personas, address: Address) -> str:
    """Where a connected account is disconnected."""
    given = Tokens("access", "refresh", 3600)
    connect(integration=books, provider=ledger, given=given, kept={"realmId": "1"}, by=people.owner)
    return address("oauth_disconnect", integration=books.public_id)


def test_the_settings_lead_to_a_page_that_says_what_ends(
    owner: Client, url: str, books: Integration, address: Address
) -> None:
    settings = address("configure", integration=books.public_id)
    assert f'href="{url}"' in owner.get(settings).text
    page = owner.get(url).text
    assert "Disconnect the account of Ledger?" in page
    assert f'href="{settings}"' in page
    assert "Ledger is asked to end the access" in " ".join(page.split())
    assert OAuthGrant.objects.exists()


def test_of_a_service_that_cannot_be_asked_it_says_so(owner: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "revokes", False)
    assert "Ledger cannot be asked to end the access" in " ".join(owner.get(url).text.split())


def test_disconnect_keeps_everything_but_the_account(
    owner: Client, url: str, books: Integration, address: Address
) -> None:
    settings = address("configure", integration=books.public_id)
    answer = owner.post(url)
    assert (answer.status_code, answer["Location"]) == (303, settings)
    page = owner.get(settings).text
    assert "The account of Ledger was disconnected." in page
    assert "Not connected yet" in page
    assert "Still missing: Company." in page
    assert f'href="{url}"' not in page
    books.refresh_from_db()
    assert books.setting_values["book"] == "Main"
    assert Revocation.objects.count() == 1


def test_where_nothing_is_connected_it_says_so(owner: Client, url: str, books: Integration) -> None:
    owner.post(url)
    for answer in (owner.get(url, follow=True), owner.post(url, follow=True)):
        assert "No account of Ledger is connected." in answer.text
    assert Revocation.objects.count() == 1


def test_a_provider_without_accounts_has_none(owner: Client, store: object, address: Address) -> None:
    plain = IntegrationFactory.create(store=store)
    answer = owner.post(address("oauth_disconnect", integration=plain.public_id), follow=True)
    assert "No account of Custom webhook is connected." in answer.text


def test_delete_keeps_the_account_and_the_deactivated_one_can_be_disconnected(
    owner: Client, url: str, books: Integration, people: Personas, address: Address
) -> None:
    actions.deactivate(integration=books, by=people.owner)
    assert OAuthGrant.objects.get().lost_at is None
    assert IntegrationSecret.objects.filter(name="company.refresh").exists()
    assert not Revocation.objects.exists()
    there = address("current") + "?show=deactivated"
    assert f'href="{url}"' in owner.get(there).text
    answer = owner.post(url)
    assert (answer.status_code, answer["Location"]) == (303, there)
    page = owner.get(there).text
    assert f'href="{url}"' not in page
    assert address("activate", integration=books.public_id) in page
    assert not OAuthGrant.objects.exists()
    assert Revocation.objects.count() == 1


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405
    assert OAuthGrant.objects.exists()
    assert signed_in(people.enterprise_admin).post(url).status_code == 303
    assert not OAuthGrant.objects.exists()
