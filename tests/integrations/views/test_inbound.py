"""A shop's own webhooks: taken in once each when its signature proves them, and nothing stored otherwise."""

import json
from base64 import b64encode
from hashlib import sha256
from hmac import digest
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import integrations.views.inbound as inbound_view
from integrations.callbacks import callback_url
from integrations.models import Integration, IntegrationSecret, SeenOrder
from integrations.values import seal
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.webhooks import EndpointFactory
from tests.integrations.providers.woocommerce.fake_shop import documented_order
from webhooks.models import Delivery, OrderEvent

pytestmark = pytest.mark.django_db

SECRET = "canary-5d1f0c7e9b"


@pytest.fixture
def integration() -> Integration:
    made: Integration = IntegrationFactory.create(provider_slug="woocommerce", settings_saved_at=timezone.now())
    sealed = seal(made, "webhook_secret", SECRET)
    IntegrationSecret.objects.create(integration=made, name="webhook_secret", ciphertext=sealed, hint="")
    return made


@pytest.fixture
def path(integration: Integration) -> str:
    return "/" + callback_url(integration).split("/", 3)[3]


def post(path: str, order: dict[str, Any], *, secret: str = SECRET, **headers: str) -> Any:
    body = json.dumps(order).encode()
    signature = b64encode(digest(secret.encode(), body, sha256)).decode()
    return Client(enforce_csrf_checks=True).post(
        path, body, content_type="application/json", headers={"x-wc-webhook-signature": signature, **headers}
    )


def test_a_signed_order_becomes_an_order_event_with_its_deliveries(integration: Integration, path: str) -> None:
    endpoint = EndpointFactory.create(store=integration.store, event_types=["order.opened"])
    answer = post(path, documented_order())
    assert (answer.status_code, answer.text) == (200, "Thank you.\n")
    event = OrderEvent.objects.get(store=integration.store, type="order.opened")
    assert (event.channel, event.test) == ("online", False)
    assert Delivery.objects.get(event_id=event.pk).endpoint == endpoint
    integration.refresh_from_db()
    assert integration.last_success_at is not None


def test_the_same_state_twice_is_one(integration: Integration, path: str) -> None:
    post(path, documented_order())
    events = OrderEvent.objects.count()
    assert post(path, documented_order()).status_code == 200
    assert OrderEvent.objects.count() == events
    assert SeenOrder.objects.count() == 1


def test_a_wrong_signature_stores_nothing(path: str) -> None:
    answer = post(path, documented_order(), secret="another")
    assert answer.status_code == 401
    assert SECRET not in answer.text
    assert not OrderEvent.objects.exists()


def test_the_ping_is_answered_well(path: str) -> None:
    answer = Client().post(path, b"webhook_id=17", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert not OrderEvent.objects.exists()


def test_an_unknown_address_is_404_and_other_methods_405(path: str) -> None:
    assert post(f"/api/inbound/{'0' * 48}/", documented_order()).status_code == 404
    assert Client().get(path).status_code == 405


def test_without_license_or_deactivated_it_is_for_later(integration: Integration, path: str) -> None:
    integration.deactivated_at = timezone.now()
    integration.save()
    answer = post(path, documented_order())
    assert (answer.status_code, answer["Retry-After"]) == (503, "3600")
    integration.deactivated_at = None
    integration.save()
    Assignment.objects.filter(store=integration.store).delete()
    assert post(path, documented_order()).status_code == 503
    assert not OrderEvent.objects.exists()


def test_too_much_is_refused(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound_view, "MOST_BYTES", 100)
    assert post(path, documented_order()).status_code == 413
    monkeypatch.setattr(inbound_view, "MOST_A_MINUTE", 1)
    assert post(path, documented_order()).status_code == 429


def test_an_order_that_cannot_be_read_is_left_to_the_next_pull(path: str) -> None:
    assert post(path, documented_order(currency="???")).status_code == 200
    assert not OrderEvent.objects.exists()
    assert not SeenOrder.objects.exists()


def test_a_provider_whose_service_sends_nothing_has_no_address() -> None:
    """Its runs know one all the same."""
    address = "/" + callback_url(IntegrationFactory.create(provider_slug="magento-2")).split("/", 3)[3]
    assert post(address, {}).status_code == 404
