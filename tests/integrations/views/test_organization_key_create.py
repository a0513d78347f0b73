"""Making a key that opens all stores of an organization, or some."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.models import ApiKey
from licensing.models import PlanLevel, Subscription
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db


def test_a_key_for_chosen_stores_is_made(admin: Client, store: Store, url: Callable[..., str]) -> None:
    sent = {"name": "Tills", "scopes": "orders:write", "where": "chosen", "codes": f"{store.code.lower()}, "}
    answer = admin.post(url("organization_key_create"), sent)
    key = ApiKey.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, url("organization_key", key.public_id))
    assert (key.store, key.every_store, list(key.chosen_stores.all())) == (None, False, [store])
    page = admin.get(answer["Location"]).text
    assert "A key of the organization" in page
    assert store.code in page
    assert "x-store" in page


def test_stores_of_others_cannot_be_chosen(admin: Client, url: Callable[..., str]) -> None:
    StoreFactory.create(code="FOREIGN")
    sent = {"name": "Tills", "scopes": "orders:write", "where": "chosen", "codes": "FOREIGN"}
    answer = admin.post(url("organization_key_create"), sent)
    assert answer.status_code == 422
    assert "No store has the code FOREIGN." in answer.text
    empty = admin.post(url("organization_key_create"), {**sent, "codes": ""})
    assert "Enter the code of at least one store." in empty.text
    assert not ApiKey.objects.exists()


def test_it_belongs_to_the_enterprise_level(admin: Client, url: Callable[..., str]) -> None:
    Subscription.objects.update(level=PlanLevel.PRO)
    assert "Keys for all stores belong to the Enterprise level" in admin.get(url("organization_key_create")).text
    sent = {"name": "Tills", "scopes": "orders:write", "where": "every"}
    assert admin.post(url("organization_key_create"), sent).status_code == 403
    assert not ApiKey.objects.exists()
