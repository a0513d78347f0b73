"""Making another key."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.models import ApiKey
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


def test_a_key_is_made_and_not_shown(owner: Client, address: Address, people: Personas) -> None:
    answer = owner.post(address("create_key"), {"name": "Kiosk", "scopes": ["orders:read", "orders:write"]})
    key = ApiKey.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, address("key", key=key.public_id))
    assert (key.name, key.test, key.created_by) == ("Kiosk", False, people.store_owner)
    assert (key.scopes, key.expires_at, key.addresses) == (["orders:write", "orders:read"], None, [])
    page = owner.get(address("api_keys")).text
    assert "The key “Kiosk” was created." in page
    assert key.masked in page


def test_a_test_key_has_its_prefix(owner: Client, address: Address) -> None:
    owner.post(address("create_key"), {"name": "Trial", "test": "on", "scopes": "orders:write"})
    assert ApiKey.objects.get().masked.startswith("hub_test_")


def test_expiry_and_addresses(owner: Client, address: Address, store: Store) -> None:
    """A day ends by the store's clock; networks are kept as they are written, single addresses without a length."""
    store.timezone = "America/New_York"
    store.save()
    sent = {
        "name": "Kiosk",
        "scopes": "orders:write",
        "last_day": "2031-03-04",
        "addresses": "203.0.113.77/24, 198.51.100.7\n2001:DB8::/32 198.51.100.7/32 ::ffff:192.0.2.9 ::ffff:192.0.2.64/122",
    }
    assert owner.post(address("create_key"), sent).status_code == 303
    key = ApiKey.objects.get()
    assert key.expires_at == datetime(2031, 3, 5, 5, 0, tzinfo=UTC)
    assert key.addresses == ["203.0.113.0/24", "198.51.100.7", "2001:db8::/32", "192.0.2.9", "192.0.2.64/26"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("addresses", "203.0.113.300", "“203.0.113.300” is no address or network."),
        ("addresses", "till-4.example.com", "is no address or network."),
        ("addresses", "0.0.0.0/0", "is everywhere."),
        ("addresses", "::ffff:0:0/96", "is everywhere."),
        ("addresses", "\n".join(f"198.51.100.{number}" for number in range(51)), "Use at most 50 lines."),
        ("last_day", "2020-01-01", "Choose today or a day to come."),
        ("last_day", "soon", "Enter a valid date."),
        ("last_day", "9999-12-31", "This day is too far away. Leave it empty for a key without an end."),
        ("scopes", "", "Choose at least one thing that the key may do."),
        ("scopes", "orders:delete", "is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said(owner: Client, address: Address, field: str, value: str, words: str) -> None:
    sent = {"name": "Kiosk", "scopes": ["orders:write"], field: value}
    answer = owner.post(address("create_key"), {name: each for name, each in sent.items() if each})
    assert answer.status_code == 422
    assert words in answer.text
    assert not ApiKey.objects.exists()


def test_a_name_is_needed(owner: Client, address: Address) -> None:
    assert owner.get(address("create_key")).status_code == 200
    answer = owner.post(address("create_key"), {"name": " ", "scopes": "orders:write"})
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    assert signed_in(people.viewer).post(address("create_key"), {"name": "x"}).status_code == 403
    assert signed_in(people.stranger).post(address("create_key"), {"name": "x"}).status_code == 404
    assert signed_in(people.owner).put(address("create_key")).status_code == 405
    assert not ApiKey.objects.exists()
