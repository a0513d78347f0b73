"""Deleting an endpoint that several stores share."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


def test_it_is_asked_first_and_then_gone(admin: Client, store: Store, url: Url) -> None:
    shared = EndpointFactory.create(store=None, organization=store.organization, every_store=True)
    DeliveryFactory.create(event__store=store, endpoint=shared)
    place = url("organization_endpoint_delete", shared.public_id)
    assert "Delete this endpoint?" in admin.get(place).text
    assert admin.post(place)["Location"] == url("organization_endpoints")
    shared.refresh_from_db()
    assert shared.deleted_at is not None
    assert Delivery.objects.get().state == "cancelled"
    assert admin.get(place).status_code == 404
