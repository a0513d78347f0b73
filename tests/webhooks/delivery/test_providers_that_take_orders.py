"""An order on its way to each product that takes orders: stored, sent by the engine over a socket, and checked as the product would."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from standardwebhooks import Webhook

from backoffice.tenancy.models import Store
from integrations import actions
from integrations.catalog import provider
from integrations.providers.puc.codes import code_of
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.factories.webhooks import OrderEventFactory
from tests.integrations.providers.local_service import Asked, Reply, Service, serving
from webhooks import outbox, signing_keys
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = {
    "id": "ord_1", "number": "1042", "version": 1, "currency": "USD", "channel": "online", "service_type": "pickup", "status": "open",
    "customer": {"first_name": "Jo", "last_name": "Doe", "email": "jo@example.com"},
    "line_items": [{"id": "1", "name": "Soup", "quantity": "1.000", "unit_price": 900, "total": 900}], "totals": {"total": 900},
}  # fmt: skip


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


@contextmanager
def set_up(
    store: Store,
    slug: str,
    answer: Callable[[Asked], Reply],
    settings_at: Callable[[str], dict[str, Any]],
    **secrets: str,
) -> Iterator[Service]:
    """The integration with its settings, which are told the address of the product's service."""
    owner = MemberFactory.create(owner=True, organization=store.organization).user
    integration = actions.add(store=store, provider=provider(slug), by=owner, address=None)
    with serving(answer) as service:
        hidden = {name: value.replace("{url}", service.url) for name, value in secrets.items()}
        values = settings_at(service.url)
        actions.save_settings(integration=integration, values=values, secrets=hidden, version=0, by=owner)
        yield service


def ordered(store: Store, event_type: str = "order.opened") -> None:
    event = OrderEventFactory.create(store=store, type=event_type, channel="online", order_json=json.dumps(ORDER))
    outbox.add([event], store=store)


def verified(asked: Asked) -> Any:
    """What a stock library makes of the call with the endpoint's secret; it raises where the signature is wrong."""
    endpoint = Endpoint.objects.get(integration__isnull=False)
    secret = signing_keys.reveal(endpoint=endpoint, by=None)
    return Webhook(secret).verify(asked.body.decode(), asked.headers)


def test_a_partners_endpoint_gets_it_signed_and_with_the_partners_own_header(
    store: Store, open_loopback: None, run_until_idle: Callable[[], None]
) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(200 if asked.headers.get("x-api-key") == "s3cret-of-partner" else 401)

    def settings_at(url: str) -> dict[str, Any]:
        return {"url": f"{url}/orders", "header_name": "X-API-Key", "events": ["open"]}

    with set_up(store, "custom-webhook", answer, settings_at, header_value="s3cret-of-partner") as service:
        ordered(store)
        ordered(store, "order.closed")
        run_until_idle()
    (asked,) = service.asked
    assert (asked.method, asked.path, asked.headers["content-type"]) == ("POST", "/orders", "application/json")
    payload = verified(asked)
    assert (payload["type"], payload["data"]["order"]["number"]) == ("order.opened", "1042")
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_status) == ("delivered", 200)


def test_a_cabinet_service_gets_code_and_qr_with_its_key_and_our_signature(
    store: Store, open_loopback: None, run_until_idle: Callable[[], None]
) -> None:
    cabinet = {
        "cabinet_id": "C1", "reference": "", "display_name": "Front", "queue_hold_minutes": 30, "estimated_size": 1,
        "environment": "ambient",
    }  # fmt: skip
    values = {"key_header": "authorization", "site_code": "NYC-01", "digits": 6, "cabinets": [cabinet]}

    def answer(asked: Asked) -> Reply:
        right = asked.headers.get("authorization") == "Bearer cabinet-k3y" and asked.headers.get("idempotency-key")
        return Reply(202 if right else 401)

    with set_up(
        store, "puc", answer, lambda url: {"base_url": f"{url}/v1", **values}, api_key="cabinet-k3y"
    ) as service:
        ordered(store)
        run_until_idle()
    (asked,) = service.asked
    body = verified(asked)
    code = code_of(ORDER, {**values, "api_key": "cabinet-k3y"})
    assert (asked.path, body["code"], body["qr"]) == ("/v1/pickup-orders", code, f"PUC1:NYC-01:ord_1:{code}")
    assert (body["state"], body["cabinets"], body["event_id"]) == (
        "expected",
        [cabinet],
        asked.headers["idempotency-key"],
    )
    assert Delivery.objects.get().state == "delivered"


def test_slack_gets_a_message_at_the_secret_address_and_one_a_second(
    store: Store, open_loopback: None, run_until_idle: Callable[[], None]
) -> None:
    """ "Rate limits": one message a second for each webhook; 429 with Retry-After holds the others back as well."""
    replies = [Reply(429, b"rate_limited", {"Retry-After": "1"})]

    def answer(asked: Asked) -> Reply:
        if asked.path != "/services/T0/B0/canary":
            return Reply(403, b"invalid_token")
        return replies.pop() if replies else Reply(200, b"ok")

    with set_up(
        store, "slack", answer, lambda _url: {"events": ["order.opened"]}, webhook_url="{url}/services/T0/B0/canary"
    ) as service:
        endpoint = Endpoint.objects.get()
        assert (endpoint.rate_per_second, endpoint.url) == (1, "https://127.0.0.1/")
        ordered(store)
        run_until_idle()
        (first,) = service.asked
        assert first.json()["text"] == "Order 1042 was placed"
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.last_status) == ("due", 429)
        assert delivery.due_at is not None
        assert (delivery.due_at - delivery.event.occurred_at).total_seconds() > 1
