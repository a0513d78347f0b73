"""The export of a store: all that is kept of it, nothing of another, no secret, and only for its owner."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy import audit
from backoffice.tenancy.models import AuditEntry, Store
from integrations.values import keep_secret
from licensing.closing import close_store
from tests.factories.accounts import PASSWORD
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory
from tests.factories.tenancy import Personas
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory, OrderEventFactory
from tests.webhooks.keys import text_of
from webhooks import endpoints, event_log
from webhooks.store_export import contents, log_rows
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def chief(people: Personas, signed_in: Callable[[Any], Client]) -> Client:
    """The organization's owner, right after the password was entered once more."""
    client = signed_in(people.owner)
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    return client


def unzipped(client: Client, url: str) -> dict[str, str]:
    answer: Any = client.post(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_all_of_the_store_is_in_it_and_nothing_else(
    chief: Client, store: Store, address: Address, monkeypatch: pytest.MonkeyPatch, people: Personas
) -> None:
    monkeypatch.setattr(contents, "_EVENTS_AT_ONCE", 2)
    monkeypatch.setattr(log_rows, "_ROWS_AT_ONCE", 2)
    monkeypatch.setattr(audit, "_ROWS_AT_ONCE", 2)
    monkeypatch.setattr(event_log, "SETTLED_AFTER", -timedelta(seconds=5))
    endpoint = EndpointFactory.create(store=store)
    events = [OrderEventFactory.create(store=store) for _number in range(5)]
    deliveries = [DeliveryFactory.create(delivered=True, event=event, endpoint=endpoint) for event in events]
    for number, delivery in enumerate(deliveries):
        AttemptFactory.create(delivery=delivery, number=number + 1)
    OrderEventFactory.create(store=store, test=True, order_id="test-order")
    foreign = AttemptFactory.create()
    found = unzipped(chief, address("store_export"))
    assert set(found) == {
        "README.txt", "store.json", "orders.ndjson", "deliveries.csv", "attempts.csv", "integrations.json",
        "endpoints.json", "history.csv",
    }  # fmt: skip
    orders = [json.loads(line) for line in found["orders.ndjson"].splitlines()]
    assert [order["id"] for order in orders] == [event.public_id for event in events]
    assert orders[0]["data"]["order"]["total"] == 1361
    assert [row["Delivery"] for row in rows(found["deliveries.csv"])] == [one.public_id for one in reversed(deliveries)]
    assert [(row["Delivery"], row["Try"]) for row in rows(found["attempts.csv"])] == [
        (one.public_id, str(number)) for number, one in reversed(list(enumerate(deliveries, 1)))
    ]
    assert json.loads(found["store.json"])["code"] == store.code
    assert [each["url"] for each in json.loads(found["endpoints.json"])] == [endpoint.url]
    (last,) = rows(found["history.csv"])[:1]
    assert (last["Action"], last["Who"]) == ("store.exported", str(people.owner))
    everything = "".join(found.values())
    assert foreign.delivery.public_id not in everything
    assert "test-order" not in everything
    for name in set(found) - {"README.txt"}:
        assert name in found["README.txt"]


def test_no_secret_is_in_it(chief: Client, store: Store, address: Address, people: Personas) -> None:
    integration = IntegrationFactory.create(store=store, setting_values={"url": "https://partner.example/in"})
    keep_secret(integration, "header_value", "canary-secret-4f2a", by=people.owner)
    key = ApiKeyFactory.create(store=store)
    wishes = Wishes(
        url="https://hooks.example.com/a", event_types=["order.closed"], headers={"X-Key": "canary-header-4f2a"}
    )
    _endpoint, secret = endpoints.create(store=store, by=None, wishes=wishes)
    found = unzipped(chief, address("store_export"))
    everything = "".join(found.values())
    for hidden in ("canary-secret-4f2a", "canary-header-4f2a", secret, text_of(key)):
        assert hidden not in everything
    (told,) = json.loads(found["integrations.json"])
    assert (told["settings"], told["secrets"]) == ({"url": "https://partner.example/in"}, ["header_value"])
    assert [each["header_names"] for each in json.loads(found["endpoints.json"])] == [["X-Key"]]


def test_the_password_comes_first_and_each_download_is_recorded(
    people: Personas, signed_in: Callable[[Any], Client], address: Address, store: Store
) -> None:
    client = signed_in(people.owner)
    url = address("store_export")
    assert "You are asked for your password first" in client.get(url).text
    answer = client.post(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not AuditEntry.objects.filter(action="store.exported").exists()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    unzipped(client, url)
    entry = AuditEntry.objects.get(action="store.exported")
    assert (entry.actor, entry.store) == (people.owner, store)


def test_a_closed_store_can_be_exported(chief: Client, store: Store, address: Address) -> None:
    event = OrderEventFactory.create(store=store, occurred_at="2026-11-01T12:00:00Z")
    close_store(store=store, by=None)
    assert address("store_export") in chief.get(store.get_absolute_url()).text
    assert json.loads(unzipped(chief, address("store_export"))["store.json"])["closed_at"]
    assert event.store_id == store.pk


def test_who_may(people: Personas, signed_in: Callable[[Any], Client], address: Address) -> None:
    url = address("store_export")
    for user in (people.enterprise_admin, people.store_owner, people.viewer):
        assert signed_in(user).get(url).status_code == 403
        assert signed_in(user).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).delete(url).status_code == 405
