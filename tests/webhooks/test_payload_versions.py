"""Payload versions: the newest is what is stored, older ones are made from it, and an endpoint gets the one it is pinned to."""

import json
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from standardwebhooks import Webhook

from tests.factories.webhooks import OrderEventFactory
from tests.webhooks.delivery.test_build import DUE, NEW, NOW, TARGET
from webhooks import payload_versions
from webhooks.attempt_details import webhook_body
from webhooks.delivery.build import CannotBuildError, build
from webhooks.event_types import API_VERSION
from webhooks.models import Endpoint
from webhooks.payload_versions import PayloadVersion, UnknownVersionError, in_version, names

BODY = b'{"id":"evt_1","type":"order.closed","api_version":"%b","data":{"order":{"id": "o-1",  "total": 1361}}}' % (
    API_VERSION.encode()
)


def _total_as_text(body: dict[str, Any]) -> dict[str, Any]:
    body["data"]["order"]["total"] = str(body["data"]["order"]["total"])
    return body


def _flat(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "data": body["data"]["order"]}


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two versions before the first real one."""
    versions = (*payload_versions.VERSIONS, PayloadVersion("2025-06-01", _total_as_text), PayloadVersion("2024", _flat))
    monkeypatch.setattr(payload_versions, "VERSIONS", versions)


def test_what_is_stored_is_the_newest() -> None:
    assert names()[0] == API_VERSION == Endpoint._meta.get_field("api_version").get_default()
    assert payload_versions.VERSIONS[0].from_newer is None
    assert all(version.from_newer for version in payload_versions.VERSIONS[1:])
    assert list(names()) == sorted(names(), reverse=True)


def test_the_newest_is_not_touched() -> None:
    assert in_version(BODY, API_VERSION) is BODY


@pytest.mark.usefixtures("older")
def test_an_older_one_is_made_by_every_step_between() -> None:
    assert json.loads(in_version(BODY, "2025-06-01")) == {
        "id": "evt_1",
        "type": "order.closed",
        "api_version": "2025-06-01",
        "data": {"order": {"id": "o-1", "total": "1361"}},
    }
    assert json.loads(in_version(BODY, "2024"))["data"] == {"id": "o-1", "total": "1361"}
    assert in_version(BODY, "2024") == in_version(BODY, "2024")


def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(UnknownVersionError):
        in_version(BODY, "2025-06-01")


@pytest.mark.usefixtures("older")
def test_a_pinned_endpoint_is_sent_its_version_signed() -> None:
    request = build(DUE, replace(TARGET, api_version="2025-06-01"), now=NOW).request
    with time_machine.travel(NOW):
        body = Webhook(NEW).verify(request.body.decode(), dict(request.headers))
    assert (body["api_version"], body["data"]["order"]["total"]) == ("2025-06-01", "1361")


def test_a_version_that_is_gone_ends_the_delivery_with_a_reason() -> None:
    with pytest.raises(CannotBuildError, match="payload version 2019") as caught:
        build(DUE, replace(TARGET, api_version="2019"), now=NOW)
    assert caught.value.reason == "unknown_version"


@pytest.mark.usefixtures("older")
def test_pages_show_what_the_endpoint_gets(db: None) -> None:
    event = OrderEventFactory.create()
    assert json.loads(webhook_body(event, "2025-06-01"))["data"]["order"]["total"] == "1361"
    assert json.loads(webhook_body(event, "2019"))["api_version"] == API_VERSION
