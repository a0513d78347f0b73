"""Custom webhook: which orders it sends, with which header, and what it refuses to be set to."""

from typing import Any

import pytest

from integrations.contract import Order
from integrations.providers.custom_webhook import EVENTS_OF, RESERVED_HEADERS, CustomWebhook
from webhooks.headers import RESERVED

WEBHOOK = CustomWebhook()
URL = "https://hooks.example.com/orders"


def values(*events: str, **other: Any) -> dict[str, object]:
    return {"url": URL, "header_name": "", "events": list(events), **other}


def order(event_type: str, channel: str = "online") -> Order:
    return Order("evt_1", event_type, channel, b'{"id":"evt_1"}')


def test_a_wanted_order_is_sent_signed_as_it_came() -> None:
    call = WEBHOOK.on_order(order("order.closed"), values("close"))
    assert call is not None
    assert (call.url, call.method, call.body, call.signed) == (URL, "POST", b'{"id":"evt_1"}', True)
    assert call.headers == (("content-type", "application/json"),)


def test_the_partners_header_is_sent() -> None:
    call = WEBHOOK.on_order(order("order.closed"), values("close", header_name="X-API-Key", header_value="s3cret"))
    assert call is not None
    assert ("X-API-Key", "s3cret") in call.headers


@pytest.mark.parametrize(
    ("chosen", "event_type", "channel", "sent"),
    [
        (("open",), "order.opened", "online", True),
        (("open",), "order.opened", "marketplace", True),
        (("open",), "order.opened", "pos", False),
        (("third",), "order.opened", "pos", True),
        (("third",), "order.opened", "online", False),
        (("open", "third"), "order.opened", "pos", True),
        (("update",), "order.updated", "pos", True),
        (("update",), "order.closed", "pos", False),
        (("close",), "order.closed", "online", True),
        (("void",), "order.voided", "online", True),
        (("refund",), "order.refunded", "online", True),
        (("status",), "order.status_changed", "online", True),
        ((), "order.closed", "online", False),
        (("close",), "webhook.test", "", True),
    ],
)
def test_the_family_s_words_choose_events_and_channels(
    chosen: tuple[str, ...], event_type: str, channel: str, sent: bool
) -> None:
    assert (WEBHOOK.on_order(order(event_type, channel), values(*chosen)) is not None) is sent


def test_open_and_third_ask_for_one_event() -> None:
    assert WEBHOOK.wanted_events(values("open", "third", "close")) == ("order.opened", "order.closed")
    assert WEBHOOK.wanted_events({"url": URL}) == ()
    assert set(WEBHOOK.order_events) == set(EVENTS_OF.values())


@pytest.mark.parametrize(
    ("chosen", "opened_from"),
    [(("open",), "elsewhere"), (("third", "close"), "pos"), (("open", "third"), "anywhere"), (("close",), "anywhere")],
)
def test_open_and_third_say_where_opened_orders_come_from(chosen: tuple[str, ...], opened_from: str) -> None:
    assert WEBHOOK.opened_from(values(*chosen)) == opened_from


def test_what_is_reserved_is_what_the_engine_reserves() -> None:
    assert RESERVED_HEADERS == RESERVED


@pytest.mark.parametrize("name", [*sorted(RESERVED_HEADERS), "Webhook-Signature", "CONTENT-TYPE"])
def test_our_own_headers_are_refused(name: str) -> None:
    assert set(WEBHOOK.problems(values("close", header_name=name, header_value="x"))) == {"header_name"}


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("X-API-Key", "", "header_value"),
        ("", "s3cret", "header_name"),
        ("X-API-Key", "a\r\nHost: b", "header_value"),
        ("X-API-Key", "schlüssel", "header_value"),
    ],
)
def test_name_and_value_belong_together(name: str, value: str, wrong: str) -> None:
    assert set(WEBHOOK.problems(values("close", header_name=name, header_value=value))) == {wrong}
