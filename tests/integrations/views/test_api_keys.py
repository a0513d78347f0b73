"""The Developer API Key page: masked keys, with how much each is used."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.models import ApiKey, ApiKeyDay
from licensing.models import Assignment
from tests.factories.integrations import ApiKeyFactory
from tests.factories.tenancy import Personas
from tests.webhooks.keys import text_of

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def key(store: Store, people: Personas) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create(store=store, by=people.owner, name="Till 4")
    return made


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


def test_calls_of_a_month_are_a_small_chart(owner: Client, key: ApiKey, address: Address) -> None:
    ApiKeyDay.objects.create(api_key=key, day=timezone.now().date() - timedelta(days=2), calls=41)
    assert "<title>41 calls in 30 days, most on one day: 41</title>" in owner.get(address("api_keys")).text


def test_a_key_that_ended_is_listed_and_not_shown(confirmed: Client, store: Store, address: Address) -> None:
    revoked = ApiKeyFactory.create(store=store, revoked_at=timezone.now())
    expired = ApiKeyFactory.create(store=store, expires_at=timezone.now() - timedelta(hours=1))
    page = confirmed.get(address("api_keys")).text
    assert "Revoked" in page
    assert "Expired" in page
    for ended in (revoked, expired):
        assert address("roll_key", key=ended.public_id) not in page


def test_who_may(people: Personas, signed_in: Callable[..., Client], key: ApiKey, address: Address) -> None:
    assert signed_in(people.viewer).get(address("api_keys")).status_code == 403
    assert signed_in(people.stranger).get(address("api_keys")).status_code == 404
    assert signed_in(people.enterprise_admin).get(address("api_keys")).status_code == 200


def test_an_unlicensed_store_is_led_to_upgrade(confirmed: Client, key: ApiKey, address: Address) -> None:
    Assignment.objects.all().delete()
    assert confirmed.get(address("api_keys")).status_code == 302


def test_an_empty_page_says_what_a_key_is_for(owner: Client, address: Address) -> None:
    assert "No key yet" in owner.get(address("api_keys")).text
