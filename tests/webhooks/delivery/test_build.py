import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
import time_machine
from standardwebhooks import Webhook

from integrations.catalog import provider
from integrations.contract import Order, OrderCall, Provider, Values
from webhooks.delivery.build import CannotBuildError, NothingToSendError, build
from webhooks.delivery.fetch import DueDelivery
from webhooks.delivery.signing import generate_secret
from webhooks.delivery.targets import Key, Target

NOW = datetime.now(UTC)
ORDER = '{"id": "o-1",  "total": 1361}'
DUE = DueDelivery(
    1, uuid.uuid4(), uuid.uuid4(), uuid.UUID("01a20d3f-70d8-73c2-a8f2-b4cb4e44592b"), "order.closed", False, 0, NOW, "pos",
    datetime(2026, 11, 1, 12, 0, 0, 5000, tzinfo=UTC), ORDER,
)  # fmt: skip
OLD, NEW = generate_secret(), generate_secret()
TARGET = Target(
    "https://hooks.example.com/", "2026-11-01", 15, keys=(Key(NEW, None),), headers=(("X-API-Key", "canary-secret"),)
)


def test_the_body_holds_the_orders_bytes_as_they_were_stored() -> None:
    body = build(DUE, TARGET, now=NOW).request.body
    assert body == (
        b'{"id":"evt_01m86kyw6ref1ahwnmsd748p9b","type":"order.closed","timestamp":"2026-11-01T12:00:00.005000Z",'
        b'"api_version":"2026-11-01","data":{"order":{"id": "o-1",  "total": 1361}}}'
    )
    assert json.loads(build(replace(DUE, test=True), TARGET, now=NOW).request.body)["test"] is True


def test_every_unexpired_key_signs() -> None:
    keys = (Key(NEW, None), Key(OLD, NOW + timedelta(hours=1)), Key(generate_secret(), NOW - timedelta(seconds=1)))
    request = build(DUE, replace(TARGET, keys=keys), now=NOW).request
    headers = dict(request.headers)
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (NEW, OLD):
        with time_machine.travel(NOW):
            Webhook(secret).verify(request.body.decode(), headers)


def test_what_is_recorded_holds_no_secret_and_the_hash_of_the_body() -> None:
    built = build(DUE, TARGET, now=NOW)
    assert ("X-API-Key", "canary-secret") in built.request.headers
    assert "canary-secret" not in str(built.recorded_headers)
    assert "X-API-Key" in dict(built.recorded_headers)
    assert built.body_sha256 == sha256(built.request.body).digest()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (replace(TARGET, keys=()), "invalid_signing_key"),
        (replace(TARGET, keys=(Key("whsec_not base64", None),)), "invalid_signing_key"),
        (replace(TARGET, headers=(("webhook-id", "mine"),)), "invalid_header"),
        (replace(TARGET, headers=(("Content-Length", "1"),)), "invalid_header"),
        (replace(TARGET, headers=(("X-A", "a\r\nHost: b"),)), "invalid_header"),
        (replace(TARGET, problem="no"), "unreadable_secret"),
    ],
)
def test_poison(target: Target, reason: str) -> None:
    with pytest.raises(CannotBuildError) as caught:
        build(DUE, target, now=NOW)
    assert caught.value.reason == reason


def test_an_event_that_is_gone() -> None:
    with pytest.raises(CannotBuildError) as caught:
        build(replace(DUE, order_json=None), TARGET, now=NOW)
    assert caught.value.reason == "event_gone"


class _Failing(Provider):
    def on_order(self, order: Order, values: Values) -> OrderCall | None:
        raise KeyError(values["api_key"])


def test_a_provider_that_raises_ends_its_delivery_and_does_not_leak() -> None:
    target = replace(TARGET, provider=_Failing(), values={"api_key": "canary-secret"})
    with pytest.raises(CannotBuildError) as caught:
        build(DUE, target, now=NOW)
    assert caught.value.reason == "provider_failed"
    assert "canary-secret" not in str(caught.value)


def test_a_providers_call_is_signed_and_its_headers_are_masked() -> None:
    values = {
        "url": "https://partner.example/x",
        "events": ["close"],
        "header_name": "X-Key",
        "header_value": "canary-secret",
    }
    target = replace(TARGET, headers=(), provider=provider("custom-webhook"), values=values)
    built = build(DUE, target, now=NOW)
    assert built.request.url == "https://partner.example/x"
    assert dict(built.request.headers)["X-Key"] == "canary-secret"
    assert "canary-secret" not in str(built.recorded_headers)
    with time_machine.travel(NOW):
        Webhook(NEW).verify(built.request.body.decode(), dict(built.request.headers))
    with pytest.raises(NothingToSendError):
        build(replace(DUE, event_type="order.voided"), target, now=NOW)


def test_an_address_that_is_a_secret_is_called_and_not_recorded() -> None:
    url = "https://hooks.slack.com/services/T0/B0/canary-secret"
    target = replace(
        TARGET,
        url="https://hooks.slack.com/",
        headers=(),
        provider=provider("slack"),
        values={"webhook_url": url, "events": ["order.closed"]},
    )
    built = build(DUE, target, now=NOW)
    assert built.request.url == url
    assert built.recorded_url == "https://hooks.slack.com/"
    assert build(DUE, replace(TARGET, headers=()), now=NOW).recorded_url == TARGET.url
