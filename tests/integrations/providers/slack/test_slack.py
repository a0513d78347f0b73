"""Slack: what a message says and keeps to itself, Slack's limits, and each answer Slack documents, over a real socket."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from integrations.contract import Order
from integrations.preview import preview
from integrations.provider_http import ProviderHttp
from integrations.providers.slack import Slack
from integrations.providers.slack.message import message, total_of
from tests.integrations.providers.local_service import Asked, Reply, Service, serving

SLACK = Slack()
URL = "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
VALUES: dict[str, object] = {"webhook_url": URL, "events": ["order.closed", "order.refunded"]}


def order(event_type: str = "order.closed", **other: Any) -> Order:
    canonical: dict[str, object] = {
        "id": "ord_1", "number": "1042", "currency": "USD", "channel": "online", "service_type": "pickup", "status": "closed",
        "payment_status": "paid", "store": {"code": "NYC-01"}, "customer": {"first_name": "Jo", "phone": "+12125550123"},
        "line_items": [
            {"name": "Burger <big> & co", "quantity": "2.000", "total": 2722, "note": "No onions", "modifiers": [{"name": "Fries"}]},
            {"name": "Voided", "quantity": "1.000", "voided": True},
        ],
        "totals": {"subtotal": 2500, "tax": 222, "tip": 400, "total": 3122, "discount": 0},
        **other,
    }  # fmt: skip
    return Order("evt_1", event_type, "online", b"{}", canonical)


def texts(event: Order) -> str:
    return json.dumps(message(event), ensure_ascii=False)


def test_a_manager_can_read_the_message() -> None:
    call = SLACK.on_order(order(), VALUES)
    assert call is not None
    assert (call.url, call.method, call.signed) == (URL, "POST", False)
    body = json.loads(call.body)
    assert body["text"] == "Order 1042 was closed"
    assert body["blocks"][0]["text"] == {"type": "plain_text", "text": "Order 1042 was closed", "emoji": False}
    assert [field["text"] for field in body["blocks"][1]["fields"]] == [
        "*Order*\n1042", "*Store*\nNYC-01", "*Channel*\nOnline", "*Service*\nPickup", "*Status*\nClosed", "*Payment*\nPaid",
    ]  # fmt: skip
    assert body["blocks"][2]["text"]["text"] == (
        "2 × Burger &lt;big&gt; &amp; co  27.22 USD\n    + Fries\n    _No onions_"
    )
    assert body["blocks"][4]["text"]["text"] == (
        "Subtotal: 25.00 USD\nTax: 2.22 USD\nTip: 4.00 USD\n*Total: 31.22 USD*"
    )


def test_customers_are_not_named() -> None:
    assert "Jo" not in texts(order())
    assert "5550123" not in texts(order())


def test_nobody_is_mentioned_by_an_item_s_name() -> None:
    assert "<!channel>" not in texts(order(line_items=[{"name": "<!channel>", "quantity": "1"}]))


@pytest.mark.parametrize(("currency", "shown"), [("USD", "12.34 USD"), ("JPY", "1,234 JPY"), ("KWD", "1.234 KWD")])
def test_amounts_have_the_places_of_their_currency(currency: str, shown: str) -> None:
    assert f"*Total: {shown}*" in texts(order(currency=currency, totals={"total": 1234}))


@pytest.mark.parametrize(("least", "sent"), [(None, True), (31, True), (32, False), (0, True)])
def test_small_orders_may_stay_silent(least: int | None, sent: bool) -> None:
    assert (SLACK.on_order(order(), {**VALUES, "minimum_amount": least}) is not None) is sent


def test_an_order_that_does_not_tell_its_total_is_posted() -> None:
    event = order(totals={})
    assert total_of(event.order) is None
    assert SLACK.on_order(event, {**VALUES, "minimum_amount": 1000}) is not None


def test_only_chosen_events_are_posted() -> None:
    assert SLACK.on_order(order("order.opened"), VALUES) is None
    assert SLACK.on_order(order("order.refunded"), VALUES) is not None
    assert SLACK.on_order(Order("evt_1", "webhook.test", "", b"{}"), VALUES) is not None
    assert SLACK.wanted_events(VALUES) == ("order.closed", "order.refunded")


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.text(max_size=300),
                "note": st.text(max_size=3000),
                "total": st.integers(),
                "quantity": st.just("1.500"),
            },
            optional={"modifiers": st.lists(st.fixed_dictionaries({"name": st.text(max_size=200)}), max_size=40)},
        ),
        max_size=120,
    ),
    st.text(max_size=200),
)
def test_slack_s_limits_are_kept(lines: list[dict[str, object]], number: str) -> None:
    found = message(order(line_items=lines, number=number))
    blocks = found["blocks"]
    assert isinstance(blocks, list)
    assert len(blocks) <= 50
    for block in blocks:
        if "text" in block:
            assert 0 < len(block["text"]["text"]) <= (150 if block["type"] == "header" else 3000)
        for field in block.get("fields", ()):
            assert len(field["text"]) <= 2000
        assert len(block.get("fields", ())) <= 10


def test_many_items_are_counted() -> None:
    lines = [{"name": "A" * 80, "quantity": "1"} for _number in range(300)]
    assert "and 260 more items" in texts(order(line_items=lines))


def test_the_address_is_shown_nowhere() -> None:
    assert SLACK.target_url(VALUES) == "https://hooks.slack.com/"
    shown = preview(SLACK, VALUES)
    assert shown is not None
    assert "XXXX" not in repr(shown)


class FakeSlack:
    """Answers what `replies` says, in order, then as a good webhook."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    def answer(self, asked: Asked) -> Reply:
        """Whoever has the address may post: the workspace, the webhook and its secret are parts of it, and each is looked up."""
        if self.replies:
            return self.replies.pop(0)
        if not asked.path.startswith("/services/T0/"):
            return Reply(404, b"no_team")
        if not asked.path.startswith("/services/T0/B0/"):
            return Reply(404, b"no_service")
        if asked.path != "/services/T0/B0/secret":
            return Reply(403, b"invalid_token")
        if asked.method != "POST" or not asked.headers.get("content-type", "").startswith("application/json"):
            return Reply(400, b"invalid_payload")
        return Reply(200, b"ok") if asked.json().get("text") else Reply(400, b"no_text")


@pytest.fixture
def fake() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
def service(fake: FakeSlack, settings: Settings, socket_enabled: None) -> Iterator[Service]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    with serving(fake.answer) as found:
        yield found


def tried(service: Service, path: str = "T0/B0/secret") -> tuple[bool, str]:
    values = {"webhook_url": f"{service.url}/services/{path}", "events": []}
    result = SLACK.test_connection(values, ProviderHttp(sleep=lambda _seconds: None))
    assert result is not None
    return result.ok, str(result.message)


def test_the_test_posts_a_message(service: Service) -> None:
    assert tried(service) == (True, "Connected. A test message was posted to the channel.")
    assert service.asked[0].path == "/services/T0/B0/secret"
    assert "Test from your back office" in str(service.asked[0].json()["text"])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("T0/B0/guessed", "Make a new webhook"),
        ("T0/B9/secret", "Make a new webhook"),
        ("T9/B0/secret", "workspace does not exist"),
    ],
)
def test_an_address_that_is_not_whole_is_told(service: Service, path: str, says: str) -> None:
    ok, message = tried(service, path)
    assert not ok
    assert says in message


@pytest.mark.parametrize(
    ("status", "word", "says"),
    [
        (404, b"no_service", "Make a new webhook"),
        (404, b"no_team", "workspace does not exist"),
        (403, b"invalid_token", "Make a new webhook"),
        (404, b"channel_not_found", "deleted or archived"),
        (410, b"channel_is_archived", "deleted or archived"),
        (403, b"action_prohibited", "administrator"),
        (403, b"posting_to_general_channel_denied", "administrator"),
        (403, b"team_disabled", "workspace is disabled"),
        (400, b"user_not_found", "not in the workspace any more"),
        (404, b"no_service_id", "Make a new webhook"),
        (404, b"no_active_hooks", "Make a new webhook"),
        (400, b"no_text", "could not read"),
        (400, b"too_many_attachments", "could not read"),
        (400, b"invalid_blocks", "could not read"),
        (400, b"invalid_payload", "could not read"),
        (500, b"rollup_error", "problem of its own"),
        (400, b"something new", "status 400"),
    ],
)
def test_each_documented_error_is_put_in_words(
    fake: FakeSlack, service: Service, status: int, word: bytes, says: str
) -> None:
    fake.replies = [Reply(status, word)]
    ok, message = tried(service)
    assert not ok
    assert says in message
    assert "secret" not in message


def test_a_pause_is_waited_out(fake: FakeSlack, service: Service) -> None:
    fake.replies = [Reply(429, b"rate_limited", {"Retry-After": "1"})]
    assert tried(service)[0]
    assert len(service.asked) == 2


def test_a_pause_that_does_not_end_is_told(fake: FakeSlack, service: Service) -> None:
    fake.replies = [Reply(429, b"rate_limited", {"Retry-After": "1"})] * 9
    ok, message = tried(service)
    assert not ok
    assert "429" in message
