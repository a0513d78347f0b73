"""Making another key."""

from collections.abc import Callable

import pytest
from django.test import Client

from integrations.models import ApiKey
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


def test_a_key_is_made_and_not_shown(owner: Client, address: Address, people: Personas) -> None:
    answer = owner.post(address("create_key"), {"name": "Kiosk"})
    assert (answer.status_code, answer["Location"]) == (303, address("api_keys"))
    key = ApiKey.objects.get()
    assert (key.name, key.test, key.created_by) == ("Kiosk", False, people.store_owner)
    page = owner.get(address("api_keys")).text
    assert "The key “Kiosk” was created." in page
    assert key.masked in page


def test_a_test_key_has_its_prefix(owner: Client, address: Address) -> None:
    owner.post(address("create_key"), {"name": "Trial", "test": "on"})
    assert ApiKey.objects.get().masked.startswith("hub_test_")


def test_a_name_is_needed(owner: Client, address: Address) -> None:
    assert owner.get(address("create_key")).status_code == 200
    answer = owner.post(address("create_key"), {"name": " "})
    assert answer.status_code == 422
    assert not ApiKey.objects.exists()


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    assert signed_in(people.viewer).post(address("create_key"), {"name": "x"}).status_code == 403
    assert signed_in(people.stranger).post(address("create_key"), {"name": "x"}).status_code == 404
    assert signed_in(people.owner).put(address("create_key")).status_code == 405
    assert not ApiKey.objects.exists()
