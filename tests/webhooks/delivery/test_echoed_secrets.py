"""Receivers that quote whatever they are sent: no secret of an integration or an endpoint stays in what is kept of a try."""

import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction

from backoffice.security.redaction import Echoes
from backoffice.tenancy.models import Store
from integrations.catalog import all_providers
from tests.factories.webhooks import OrderEventFactory
from tests.integrations.providers.local_service import Asked, Reply, serving
from tests.webhooks.delivery.test_providers_that_take_orders import ordered, set_up, store
from webhooks import endpoints, outbox
from webhooks.models import Attempt
from webhooks.wishes import Wishes

__all__ = ["store"]

CANARY = 'canary/7f3a"91c2&d4'
CABINET = {
    "cabinet_id": "C1", "reference": "", "display_name": "Front", "queue_hold_minutes": 30, "estimated_size": 1,
    "environment": "ambient",
}  # fmt: skip
#: For each provider that takes orders: its plain settings at an address, and its secrets.
PROVIDERS: dict[str, tuple[Callable[[str], dict[str, Any]], dict[str, str]]] = {
    "custom-webhook": (
        lambda url: {"url": f"{url}/in", "header_name": "X-Key", "events": ["open"]},
        {"header_value": CANARY},
    ),
    "puc": (
        lambda url: {
            "base_url": f"{url}/v1", "key_header": "authorization", "site_code": "NYC-01", "digits": 6, "cabinets": [CABINET],
        },
        {"api_key": CANARY},
    ),
    "slack": (
        lambda _url: {"events": ["order.opened"]},
        {"webhook_url": "{url}/services/T0/B0/" + quote(CANARY, safe="")},
    ),
}  # fmt: skip


def quoting(asked: Asked) -> Reply:
    """Refuses, and says of what, as text, as JSON and in a header."""
    told = {"path": asked.path, "headers": dict(asked.headers)}
    credentials = asked.headers.get("authorization") or asked.headers.get("x-key") or ""
    body = f"{json.dumps(told)} {credentials} {asked.path}".encode()
    return Reply(400, body, {"x-echo": f"{credentials} {asked.path}", "content-type": "text/plain"})


def kept() -> str:
    """All that is kept of the one try, and of the delivery in whose row its end is told."""
    attempt = Attempt.objects.get()
    assert b"headers" in bytes(attempt.response_body)
    values = {**vars(attempt), **vars(attempt.delivery), "response_body": bytes(attempt.response_body).decode()}
    return repr(values) + bytes(attempt.response_body).decode()


def heard(text: str) -> list[str]:
    forms = (CANARY, json.dumps(CANARY)[1:-1], quote(CANARY, safe=""), quote(CANARY))
    return [form for form in forms if form in text]


def test_every_provider_that_takes_orders_is_here() -> None:
    assert set(PROVIDERS) == {slug for slug, provider in all_providers().items() if provider.order_events}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slug", PROVIDERS)
def test_a_receiver_quotes_what_an_integration_sends(
    slug: str,
    store: Store,
    open_loopback: None,
    run_until_idle: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    settings_at, secrets = PROVIDERS[slug]
    with set_up(store, slug, quoting, settings_at, **secrets) as service:
        ordered(store)
        run_until_idle()
    assert heard(json.dumps(dict(service.asked[0].headers)) + service.asked[0].path), "the secret was sent"
    assert heard(kept() + repr([vars(record) for record in caplog.records])) == []


@pytest.mark.django_db(transaction=True)
def test_a_receiver_quotes_the_headers_of_an_endpoint(
    store: Store, open_loopback: None, run_until_idle: Callable[[], None]
) -> None:
    with serving(quoting) as service:
        wishes = Wishes(
            url=f"{service.url}/in", event_types=["order.opened"], headers={"Authorization": f"Bearer {CANARY}"}
        )
        endpoints.create(store=store, wishes=wishes, by=None, greet=False)
        event = OrderEventFactory.build(store=store, type="order.opened")
        with transaction.atomic():
            event.save(force_insert=True)
            outbox.add([event], store=store)
        run_until_idle()
    assert service.asked[0].headers["authorization"] == f"Bearer {CANARY}"
    assert heard(kept()) == []


def test_what_is_too_short_to_be_told_from_a_word_stays() -> None:
    assert Echoes(["an", ""]).covered_bytes(b"an answer") == b"an answer"
    assert Echoes(["answer"]).covered_bytes(b"an answer") == "an ••••".encode()
