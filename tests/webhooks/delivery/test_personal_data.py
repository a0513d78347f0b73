"""An endpoint that leaves personal data out is sent, signs and records the body without it; others get the stored bytes."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from standardwebhooks import Webhook

from tests.factories.webhooks import EndpointFactory, OrderEventFactory
from tests.webhooks.canonical.test_personal import canonical, planted
from tests.webhooks.delivery.test_build import DUE, NEW, NOW, TARGET
from webhooks import payload_versions
from webhooks.attempt_details import webhook_body
from webhooks.delivery.build import build
from webhooks.delivery.targets import load
from webhooks.payload_versions import PayloadVersion

CANARY = "8675309123456789"
BARE = replace(TARGET, without_personal_data=True)


def test_nothing_personal_is_sent_and_the_signature_is_over_what_is_sent() -> None:
    due = replace(DUE, order_json=canonical(planted(CANARY)))
    built = build(due, BARE, now=NOW)
    assert CANARY.encode() not in built.request.body
    assert json.loads(built.request.body)["data"]["order"]["customer"] is None
    assert built.body_sha256 == sha256(built.request.body).digest()
    with time_machine.travel(NOW):
        Webhook(NEW).verify(built.request.body.decode(), dict(built.request.headers))
    assert build(due, BARE, now=NOW).request.body == built.request.body
    assert CANARY.encode() in build(due, TARGET, now=NOW).request.body


def test_an_older_version_is_made_of_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def flat(body: dict[str, Any]) -> dict[str, Any]:
        return body | {"data": {"flat": body["data"]["order"]}}

    versions = (*payload_versions.VERSIONS, PayloadVersion("2024", flat))
    monkeypatch.setattr(payload_versions, "VERSIONS", versions)
    due = replace(DUE, order_json=canonical(planted(CANARY)))
    body = build(due, replace(BARE, api_version="2024"), now=NOW).request.body
    assert CANARY.encode() not in body
    assert json.loads(body)["data"]["flat"]["metadata"] == {}


@pytest.mark.django_db
def test_the_target_says_so_and_the_body_shown_is_the_body_sent() -> None:
    endpoint = EndpointFactory.create(without_personal_data=True)
    assert load([endpoint.pk])[endpoint.pk].without_personal_data is True
    event = OrderEventFactory.create(store=endpoint.store, order_json=canonical(planted(CANARY)))
    due = replace(
        DUE, event_id=event.pk, event_type=event.type, occurred_at=event.occurred_at, order_json=event.order_json
    )
    shown = webhook_body(event, endpoint.api_version, without_personal_data=True)
    assert shown.encode() == build(due, BARE, now=NOW).request.body
