"""Sending an order from the page of a key: the API's own call with that key, whatever it answers."""

import json
from collections.abc import Callable

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from integrations.key_curl import SMALLEST_ORDER, curl_line
from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.tenancy import Personas
from tests.factories.webhooks import EndpointFactory
from tests.webhooks.keys import text_of
from webhooks.models import Delivery, OrderEvent
from webhooks.tried_orders import example_post

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def key(store: Store) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create(store=store, test=True)
    return made


def test_the_order_on_the_page_is_taken_in_as_a_test(
    owner: Client, store: Store, key: ApiKey, address: Address, people: Personas
) -> None:
    """It goes to the endpoint that accepts tests and to no other."""
    wants = EndpointFactory.create(store=store, event_types=["order.closed"], accepts_test_events=True)
    EndpointFactory.create(store=store, event_types=["order.closed"])
    url = address("try_order", key=key.public_id)
    text = owner.get(url).context["form"]["text"].value()
    page = owner.post(url, {"text": text})
    event = OrderEvent.objects.get()
    assert (page.status_code, event.test, event.api_key_id, event.store) == (200, True, key.pk, store)
    assert event.order_id == json.loads(text)["order"]["id"]
    assert Delivery.objects.get().endpoint == wants
    for words in ("The order was taken in", "1 endpoint gets it.", f"?order={event.order_id}", event.public_id):
        assert words in page.text
    assert text_of(key) not in page.text
    key.refresh_from_db()
    assert key.last_used_address == "127.0.0.1"
    entry = AuditEntry.objects.get(action="api_key.tried")
    assert (entry.actor, entry.changes) == (people.store_owner, {"status": 202, "event": event.public_id})


def test_nobody_who_wants_it_is_said(owner: Client, key: ApiKey, address: Address) -> None:
    url = address("try_order", key=key.public_id)
    page = owner.post(url, {"text": owner.get(url).context["form"]["text"].value()})
    assert "Test orders go only to endpoints that accept them" in page.text


def test_a_live_key_asks_whether_it_is_meant(owner: Client, store: Store, address: Address) -> None:
    live = ApiKeyFactory.create(store=store)
    url = address("try_order", key=live.public_id)
    text = owner.get(url).context["form"]["text"].value()
    refused = owner.post(url, {"text": text})
    assert (refused.status_code, OrderEvent.objects.count()) == (422, 0)
    assert owner.post(url, {"text": text, "sure": "on"}).status_code == 200
    assert not OrderEvent.objects.get().test


def test_each_field_that_is_not_right_is_named(owner: Client, key: ApiKey, address: Address) -> None:
    text = '{"type": "order.closed", "order": {"id": "a b"}}'
    page = owner.post(address("try_order", key=key.public_id), {"text": text}).text
    assert "<li><code>/order/version</code> This field is required.</li>" in page
    assert "<li><code>/order/id</code> This does not have the form it must have: " in page


def test_the_trading_day_is_the_stores(store: Store) -> None:
    store.timezone = "America/New_York"
    with time_machine.travel("2026-12-02T02:00:00Z", tick=False):
        order = json.loads(example_post(store))["order"]
    assert (order["business_date"], order["closed_at"]) == ("2026-12-01", "2026-12-02T02:00:00+00:00")


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("{", 400, "JSON"),
        ('{"type": "order.lost", "order": {}}', 422, "The order was refused"),
        ('{"type": "order.closed"}', 422, "/order"),
    ],
)
def test_what_the_api_refuses_is_shown_as_it_says_it(
    owner: Client, key: ApiKey, address: Address, text: str, status: int, words: str
) -> None:
    page = owner.post(address("try_order", key=key.public_id), {"text": text})
    assert page.context["tried"].status == status
    assert words in page.text
    assert not OrderEvent.objects.exists()


def test_scope_addresses_and_rate_count_as_for_everyone(
    owner: Client, store: Store, address: Address, settings: LazySettings
) -> None:
    for fields, code in (
        ({"scopes": ["orders:read"]}, "insufficient_scope"),
        ({"addresses": ["203.0.113.0/24"]}, "address_not_allowed"),
    ):
        key = ApiKeyFactory.create(store=store, test=True, **fields)
        url = address("try_order", key=key.public_id)
        page = owner.post(url, {"text": owner.get(url).context["form"]["text"].value()})
        assert code in page.context["tried"].text
    assert not OrderEvent.objects.exists()


def test_htmx_gets_the_panel(owner: Client, key: ApiKey, address: Address) -> None:
    url = address("try_order", key=key.public_id)
    text = owner.get(url).context["form"]["text"].value()
    part = owner.post(url, {"text": text}, headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<div class="stack" id="trial">')


def test_who_may(people: Personas, signed_in: Callable[..., Client], key: ApiKey, address: Address) -> None:
    url = address("try_order", key=key.public_id)
    assert signed_in(people.viewer).get(url).status_code == 403
    assert signed_in(people.stranger).get(url).status_code == 404
    foreign = ApiKeyFactory.create(test=True)
    assert signed_in(people.owner).post(address("try_order", key=foreign.public_id), {"text": "{}"}).status_code == 404


def test_the_line_for_the_terminal_is_what_the_api_takes(client: Client, store: Store) -> None:
    """But for the key, which is covered."""
    key = ApiKeyFactory.create(store=store)
    line = curl_line(key)
    assert text_of(key) not in line
    assert "Authorization: Bearer hub_live_••••••••••••" in line
    body = line.partition("-d '")[2].rstrip("'")
    assert json.loads(body)["order"]["id"] == SMALLEST_ORDER["id"]
    answer = client.post(
        "/api/v1/orders",
        body,
        content_type="application/json",
        headers={"authorization": f"Bearer {text_of(key)}"},
    )
    assert answer.status_code == 202, answer.text
