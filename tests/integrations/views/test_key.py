"""The page of one key: what it may do and how it is used; its text only after the password was confirmed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations.models import ApiKey, ApiKeyDay
from tests.factories.integrations import ApiKeyFactory
from tests.factories.tenancy import Personas
from tests.webhooks.keys import text_of

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def key(store: Store, people: Personas) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create(
        store=store, by=people.owner, name="Till 4", scopes=["orders:write"], addresses=["203.0.113.0/24"]
    )
    return made


def test_it_says_what_the_key_may_do(owner: Client, key: ApiKey, address: Address) -> None:
    ApiKeyDay.objects.create(api_key=key, day=timezone.now().date() - timedelta(days=2), calls=41)
    page = owner.get(address("key", key=key.public_id))
    assert page["Cache-Control"] == "no-store"
    text = page.text
    assert key.masked in text
    assert text_of(key) not in text
    for words in (
        "Post orders",
        "POST /orders/batch",
        "Change webhook endpoints and resend deliveries",
        "203.0.113.0/24",
        "Until it is revoked",
        "Olivia Owner",
        "41 calls in 30 days, most on one day: 41",
        "Bearer hub_live_••••••••••••",
    ):
        assert words in text


def test_show_asks_for_the_password_first(owner: Client, key: ApiKey, address: Address) -> None:
    answer = owner.post(address("show_key", key=key.public_id))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate") + "?next=")
    assert not AuditEntry.objects.filter(action="api_key.revealed").exists()


def test_show_asks_an_htmx_request_by_moving_the_page(owner: Client, key: ApiKey, address: Address) -> None:
    answer = owner.post(address("show_key", key=key.public_id), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(reverse("account_reauthenticate"))
    assert text_of(key) not in answer.text


def test_show_shows_the_key_and_is_audited(confirmed: Client, key: ApiKey, address: Address, people: Personas) -> None:
    page = confirmed.post(address("show_key", key=key.public_id))
    assert (page.status_code, page["Cache-Control"]) == (200, "no-store")
    assert page.text.count(text_of(key)) == 1
    entry = AuditEntry.objects.get(action="api_key.revealed")
    assert (entry.actor, entry.target_id) == (people.store_owner, str(key.pk))
    assert text_of(key) not in str(entry.changes)
    assert text_of(key) not in confirmed.get(address("key", key=key.public_id)).text


def test_show_answers_htmx_with_the_keys_place(confirmed: Client, key: ApiKey, address: Address) -> None:
    part = confirmed.post(address("show_key", key=key.public_id), headers={"HX-Request": "true"}).text
    assert part.strip().startswith(f'<div class="key-text" id="{key.public_id}">')
    assert text_of(key) in part
    assert f'data-copy="{key.public_id}-value"' in part


def test_a_key_that_ended_is_told_of_and_not_shown(confirmed: Client, store: Store, address: Address) -> None:
    revoked = ApiKeyFactory.create(store=store, revoked_at=timezone.now())
    expired = ApiKeyFactory.create(store=store, expires_at=timezone.now() - timedelta(hours=1))
    for ended in (revoked, expired):
        page = confirmed.get(address("key", key=ended.public_id)).text
        assert address("roll_key", key=ended.public_id) not in page
        assert confirmed.post(address("show_key", key=ended.public_id)).status_code == 404


def test_who_may(people: Personas, signed_in: Callable[..., Client], key: ApiKey, address: Address) -> None:
    detail, show = address("key", key=key.public_id), address("show_key", key=key.public_id)
    assert signed_in(people.viewer).get(detail).status_code == 403
    assert signed_in(people.viewer).post(show).status_code == 403
    assert signed_in(people.stranger).post(show).status_code == 404
    assert signed_in(people.owner).get(show).status_code == 405
    assert signed_in(people.enterprise_admin).get(detail).status_code == 200


def test_foreign_keys_are_404(confirmed: Client, address: Address) -> None:
    foreign = ApiKeyFactory.create()
    assert confirmed.get(address("key", key=foreign.public_id)).status_code == 404
    assert confirmed.post(address("show_key", key=foreign.public_id)).status_code == 404
    assert not AuditEntry.objects.filter(action="api_key.revealed").exists()
