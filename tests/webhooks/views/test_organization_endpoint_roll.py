"""Rolling the secret of an endpoint that several stores share."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from tests.factories.webhooks import EndpointFactory
from webhooks import endpoints, signing_keys
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


def test_a_new_secret_signs_beside_the_old_one(confirmed_admin: Client, store: Store, url: Url) -> None:
    shared, _secret = endpoints.create(
        organization=store.organization,
        wishes=Wishes(url="https://hooks.example.com/1", event_types=["order.closed"]),
        by=None,
    )
    place = url("organization_endpoint_roll", shared.public_id)
    page = confirmed_admin.get(place)
    assert url("organization_endpoint", shared.public_id) in page.text
    field = page.context["form"]["overlap"]
    assert confirmed_admin.post(place, {"overlap": "nonsense"}).status_code == 422
    answer = confirmed_admin.post(place, {"overlap": str(field.value())})
    assert answer["Location"] == f"{url('organization_endpoint', shared.public_id)}#secret"
    assert len(signing_keys.valid(shared)) == 2


def test_the_password_comes_first(admin: Client, store: Store, url: Url) -> None:
    shared = EndpointFactory.create(store=None, organization=store.organization, every_store=True)
    assert "reauthenticate" in admin.get(url("organization_endpoint_roll", shared.public_id))["Location"]
