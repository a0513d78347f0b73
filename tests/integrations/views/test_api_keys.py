"""The Developer API Key page: masked keys, and one shown after the password was confirmed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations.models import ApiKey
from licensing.models import Assignment
from tests.factories.integrations import ApiKeyFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def key(store: Store, people: Personas) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create(store=store, by=people.owner, name="Till 4")
    return made


def text_of(key: ApiKey) -> str:
    return str(key.text)  # type: ignore[attr-defined]


def test_keys_are_masked_with_who_made_them_and_their_last_use(owner: Client, key: ApiKey, address: Address) -> None:
    key.last_used_at = timezone.now() - timedelta(days=2)
    key.last_used_address = "203.0.113.9"
    key.save()
    page = owner.get(address("api_keys"))
    assert page["Cache-Control"] == "no-store"
    assert key.masked in page.text
    assert text_of(key) not in page.text
    for words in ("Till 4", "Olivia Owner", "2\N{NO-BREAK SPACE}days ago", "203.0.113.9", "Show", "Roll", "Revoke"):
        assert words in page.text


def test_show_asks_for_the_password_first(owner: Client, key: ApiKey, address: Address) -> None:
    answer = owner.post(address("show_key", key=key.public_id))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate") + "?next=")
    assert not AuditEntry.objects.filter(action="api_key.revealed").exists()


def test_show_asks_an_htmx_request_by_moving_the_page(owner: Client, key: ApiKey, address: Address) -> None:
    answer = owner.post(address("show_key", key=key.public_id), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(reverse("account_reauthenticate"))
    assert text_of(key) not in answer.text


def test_show_shows_that_key_alone_and_is_audited(
    confirmed: Client, store: Store, key: ApiKey, address: Address, people: Personas
) -> None:
    other = ApiKeyFactory.create(store=store)
    page = confirmed.post(address("show_key", key=key.public_id))
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert page.text.count(text_of(key)) == 1
    assert text_of(other) not in page.text
    entry = AuditEntry.objects.get(action="api_key.revealed")
    assert (entry.actor, entry.target_id) == (people.store_owner, str(key.pk))
    assert text_of(key) not in str(entry.changes)
    assert text_of(key) not in confirmed.get(address("api_keys")).text


def test_show_answers_htmx_with_the_keys_place(confirmed: Client, key: ApiKey, address: Address) -> None:
    part = confirmed.post(address("show_key", key=key.public_id), headers={"HX-Request": "true"}).text
    assert part.strip().startswith(f'<div class="key-text" id="{key.public_id}">')
    assert text_of(key) in part
    assert f'data-copy="{key.public_id}-value"' in part


def test_a_key_that_ended_is_listed_and_not_shown(confirmed: Client, store: Store, address: Address) -> None:
    revoked = ApiKeyFactory.create(store=store, revoked_at=timezone.now())
    expired = ApiKeyFactory.create(store=store, expires_at=timezone.now() - timedelta(hours=1))
    page = confirmed.get(address("api_keys")).text
    assert "Revoked" in page
    assert "Expired" in page
    for ended in (revoked, expired):
        assert confirmed.post(address("show_key", key=ended.public_id)).status_code == 404


def test_who_may(people: Personas, signed_in: Callable[..., Client], key: ApiKey, address: Address) -> None:
    assert signed_in(people.viewer).get(address("api_keys")).status_code == 403
    assert signed_in(people.viewer).post(address("show_key", key=key.public_id)).status_code == 403
    assert signed_in(people.stranger).get(address("api_keys")).status_code == 404
    assert signed_in(people.stranger).post(address("show_key", key=key.public_id)).status_code == 404
    assert signed_in(people.owner).get(address("show_key", key=key.public_id)).status_code == 405
    assert signed_in(people.enterprise_admin).get(address("api_keys")).status_code == 200


def test_foreign_keys_are_404(confirmed: Client, address: Address) -> None:
    foreign = ApiKeyFactory.create()
    assert confirmed.post(address("show_key", key=foreign.public_id)).status_code == 404
    assert not AuditEntry.objects.filter(action="api_key.revealed").exists()


def test_an_unlicensed_store_is_led_to_upgrade(confirmed: Client, key: ApiKey, address: Address) -> None:
    Assignment.objects.all().delete()
    assert confirmed.get(address("api_keys")).status_code == 302
    assert text_of(key) not in confirmed.post(address("show_key", key=key.public_id)).text


def test_an_empty_page_says_what_a_key_is_for(owner: Client, address: Address) -> None:
    assert "No key yet" in owner.get(address("api_keys")).text
