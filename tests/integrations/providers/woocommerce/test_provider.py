"""WooCommerce over a real socket: keys, paging, limits, webhooks out and in, and every refusal in words."""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integrations.contract import InboundCall, ItemOutcome, NeedsAttention, NotAuthentic, OrderState, TryLater
from integrations.provider_http import ProviderHttp
from integrations.providers.woocommerce import WooCommerce
from tests.integrations.providers.local_service import Reply, Service, serving
from tests.integrations.providers.recording import RecordingRun
from tests.integrations.providers.woocommerce.fake_shop import KEY, SECRET, Shop, documented_order, error

WOO = WooCommerce()
HTTP = ProviderHttp(sleep=lambda _seconds: None)


@pytest.fixture(autouse=True)
def _local(settings: Settings) -> None:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]


@contextmanager
def opened(shop: Shop, **settings: Any) -> Iterator[tuple[Service, dict[str, object]]]:
    with serving(shop) as service:
        yield service, {"store_url": service.url, "consumer_key": KEY, "consumer_secret": SECRET, **settings}


def order(number: int, changed: str, **other: Any) -> dict[str, Any]:
    return documented_order(id=number, number=str(number), date_modified_gmt=f"2026-03-04T{changed}", **other)


def message(shop: Shop, **settings: Any) -> tuple[bool, str]:
    with opened(shop, **settings) as (_service, values):
        result = WOO.test_connection(values, HTTP)
    return result.ok, str(result.message)


def test_the_connection_counts_orders() -> None:
    assert message(Shop([order(n, "09:00:00") for n in (1, 2, 3)])) == (True, "Connected. The shop has 3 orders.")


@pytest.mark.parametrize(
    ("shop", "changed", "words"),
    [
        (Shop(), {"consumer_secret": "cs_wrong"}, "key or secret is wrong"),
        (Shop(may_read=False), {}, "may not read orders"),
        (Shop(may_read=False), {"credentials_in_query": True}, "administrator or shop manager"),
        (Shop(drops_header=True), {}, "Send the keys in the address"),
        (
            Shop(before=lambda _: error(404, "rest_no_route", "No route was found")),
            {},
            "no WooCommerce at this address",
        ),
        (Shop(before=lambda _: Reply(403, b"<html>Blocked</html>")), {}, "firewall"),
        (Shop(before=lambda _: Reply(500, b"Fatal error")), {}, "problem of its own"),
        (Shop(before=lambda _: Reply(200, b"Warning: foo in bar.php")), {}, "other than a list"),
        (Shop(before=lambda _: error(400, "rest_invalid_param", "Invalid parameter(s): orderby")), {}, "orderby"),
        (
            Shop(before=lambda a: Reply(301, b"", {"Location": "https://www.shop.example" + a.path})),
            {},
            "https://www.shop.example.",
        ),
        (Shop(before=lambda _: Reply(429, b"", {"Retry-After": "3"})), {}, "429"),
    ],
)
def test_each_refusal_is_told_in_words(shop: Shop, changed: dict[str, Any], words: str) -> None:
    ok, told = message(shop, **changed)
    assert not ok
    assert words in told
    assert SECRET not in told


def test_keys_go_into_the_address_only_where_asked() -> None:
    with opened(Shop(drops_header=True), credentials_in_query=True) as (service, values):
        assert WOO.test_connection(values, HTTP).ok
    assert "authorization" not in service.asked[0].headers
    with opened(Shop()) as (service, values):
        assert WOO.test_connection(values, HTTP).ok
    assert "consumer_secret" not in service.asked[0].query


def test_a_pull_takes_every_page_once_in_order_and_goes_on_from_there() -> None:
    shop = Shop([order(n, f"{8 + n // 60:02}:{n % 60:02}:00") for n in range(250)])
    with opened(shop) as (service, values):
        run = RecordingRun(values)
        WOO.pull_orders(run)
        assert [pulled.id for pulled in run.received] == [str(n) for n in range(1, 250)]  # order 0 has no id
        assert (run.expected, len(service.asked)) == (250, 4)  # the trash, and three pages
        later = RecordingRun(values, cursor=run.cursor, received=list(run.received))
        shop.orders.append(order(900, "23:00:00"))
        WOO.pull_orders(later)
        assert [pulled.id for pulled in later.received[249:]] == ["900"]


def test_an_order_that_changes_meanwhile_pushes_no_other_out() -> None:
    shop = Shop([order(n, f"{8 + n // 60:02}:{n % 60:02}:00") for n in range(1, 251)])

    def touched() -> None:
        shop.orders[0]["date_modified_gmt"] = "2026-03-04T20:00:00"

    shop.after_page = touched
    with opened(shop) as (_service, values):
        run = RecordingRun(values)
        WOO.pull_orders(run)
    assert {pulled.id for pulled in run.received} == {str(n) for n in range(1, 251)}


def test_more_than_a_page_within_one_second() -> None:
    with opened(Shop([order(n, "12:00:00") for n in range(1, 231)])) as (_service, values):
        run = RecordingRun(values)
        WOO.pull_orders(run)
    assert len(run.received) == 230


def test_nothing_new_still_moves_the_start_so_that_midnight_loses_no_order() -> None:
    with opened(Shop()) as (service, values):
        run = RecordingRun(values)
        WOO.pull_orders(run)
        assert run.cursor == "2026-03-04T04:59:59+00:00"  # midnight in New York, and a second, as "after" excludes
        WOO.pull_orders(RecordingRun(values, parameters={"since": "2026-02-01"}, cursor=run.cursor))
    asked = [(each.query.get("status"), each.query["modified_after"]) for each in service.asked]
    assert asked[2:] == [("trash", "2026-01-31T04:59:59"), (None, "2026-02-01T04:59:59")]


def test_orders_in_the_trash_are_voided_though_no_list_of_all_has_them() -> None:
    """ "List all orders": the status `any` leaves out `trash`, and a later pull looks at the day before once more."""
    shop = Shop([order(1, "09:00:00"), order(2, "09:01:00")])
    with opened(shop) as (_service, values):
        run = RecordingRun(values)
        WOO.pull_orders(run)
        shop.orders[0] |= {"status": "trash", "date_modified_gmt": "2026-03-04T09:00:30"}
        again = RecordingRun(values, cursor=run.cursor, received=list(run.received))
        WOO.pull_orders(again)
    assert [(pulled.id, pulled.state) for pulled in again.received[2:]] == [("1", OrderState.VOIDED)]
    assert (again.expected, again.cursor) == (2, run.cursor)


def test_an_order_that_was_trashed_before_it_came_here_is_not_opened_to_be_voided() -> None:
    """Not even one that cannot be read: nobody could correct it in the trash."""
    trash = [order(1, "09:00:00", status="trash"), order(2, "09:00:30", status="trash", total="?")]
    with opened(Shop([*trash, order(3, "09:01:00")])) as (_service, values):
        run = RecordingRun(values)
        WOO.pull_orders(run)
    assert run.items == [("3", ItemOutcome.CREATED, "")]
    assert run.expected == 1


def test_a_broken_order_is_an_item_and_a_draft_is_none() -> None:
    shop = Shop([order(1, "09:00:00", total="?"), order(2, "09:01:00"), order(3, "09:02:00", status="checkout-draft")])
    with opened(shop) as (_service, values):
        run = RecordingRun(values)
        WOO.pull_orders(run)
        assert [(key, outcome) for key, outcome, _note in run.items] == [
            ("1", ItemOutcome.FAILED),
            ("2", ItemOutcome.CREATED),
            ("3", ItemOutcome.SKIPPED),
        ]
        shop.orders[0]["total"] = "5.00"
        again = RecordingRun(values, only=["1"])
        WOO.pull_orders(again)
    assert [pulled.id for pulled in again.received] == ["1"]


def test_a_retry_finds_an_order_whose_number_is_not_its_id() -> None:
    shop = Shop([order(5, "09:00:00"), order(6, "09:01:00"), order(7, "09:02:00")])
    for other, number in zip(shop.orders, ("6", "W-105", "W-1050"), strict=True):
        other["number"] = number
    with opened(shop) as (_service, values):
        run = RecordingRun(values, only=["6", "W-105"])
        WOO.pull_orders(run)
    assert [pulled.id for pulled in run.received] == ["5", "6"]


def test_a_retry_looks_into_the_trash_too_and_says_of_an_order_that_is_gone_that_it_is() -> None:
    shop = Shop([order(5, "09:00:00"), order(7, "09:00:00", status="trash")])
    with opened(shop) as (_service, values):
        before = RecordingRun(values)
        WOO.pull_orders(before)
        shop.orders[0] |= {"status": "trash", "date_modified_gmt": "2026-03-04T09:00:30"}
        run = RecordingRun(values, only=["5", "6", "7"], received=list(before.received))
        WOO.pull_orders(run)
    assert [(pulled.id, pulled.state) for pulled in run.received[1:]] == [("5", OrderState.VOIDED)]
    gone = "The shop does not have this order any more."
    assert run.items[1:] == [("6", ItemOutcome.SKIPPED, gone), ("7", ItemOutcome.SKIPPED, gone)]


def test_a_busy_shop_is_waited_for_and_a_killed_run_keeps_what_it_had() -> None:
    refusals = [Reply(429, b"", {"Retry-After": "1"}), None, None, *[Reply(503, b"")] * 4]
    shop = Shop([order(n, f"{8 + n // 60:02}:{n % 60:02}:00") for n in range(1, 251)])
    shop.before = lambda _asked: refusals.pop(0) if refusals else None
    with opened(shop) as (_service, values):
        run = RecordingRun(values)
        with pytest.raises(TryLater):
            WOO.pull_orders(run)
        assert run.cursor
        WOO.pull_orders(run)
    assert len(run.received) == 250


def test_without_the_count_of_pages_a_pull_does_not_pretend_to_be_complete() -> None:
    shop = Shop(before=lambda _: Reply(200, [order(1, "09:00:00")]))
    with opened(shop) as (_service, values), pytest.raises(NeedsAttention, match="X-WP-TotalPages"):
        WOO.pull_orders(RecordingRun(values))


def test_webhooks_are_registered_once_and_mended_with_the_same_secret() -> None:
    shop = Shop(webhooks=[{"id": 7, "topic": "order.updated", "delivery_url": "https://other.example/"}])
    with opened(shop) as (_service, values):
        run = RecordingRun(values)
        WOO.connect_webhooks(run)
        secret = run.remembered_secrets["webhook_secret"]
        assert len(secret) >= 40
        made = shop.webhooks[1:]
        assert [(hook["topic"], hook["delivery_url"], hook["secret"], hook["status"]) for hook in made] == [
            (topic, run.callback_url, secret, "active") for topic in ("order.created", "order.updated")
        ]
        made[0]["status"] = "disabled"
        again = RecordingRun({**values, "webhook_secret": secret})
        WOO.connect_webhooks(again)
    assert (len(shop.webhooks), made[0]["status"], made[0]["secret"]) == (3, "active", secret)
    assert [outcome for _key, outcome, _note in again.items] == [ItemOutcome.UPDATED] * 2


def test_a_shop_with_many_webhooks_gets_no_second_one() -> None:
    others = [{"id": n, "topic": "order.updated", "delivery_url": f"https://other.example/{n}"} for n in range(130)]
    ours = {"id": 900, "topic": "order.updated", "delivery_url": RecordingRun({}).callback_url}
    shop = Shop(webhooks=[*others, ours])
    with opened(shop) as (_service, values):
        run = RecordingRun(values)
        WOO.connect_webhooks(run)
    assert [(key, outcome) for key, outcome, _note in run.items] == [
        ("order.created", ItemOutcome.CREATED),
        ("order.updated", ItemOutcome.UPDATED),
    ]
    assert len(shop.webhooks) == 132


def test_a_dry_run_registers_nothing_and_a_reading_key_is_told_so() -> None:
    shop = Shop(may_write=False)
    with opened(shop) as (service, values):
        run = RecordingRun(values, dry_run=True)
        WOO.connect_webhooks(run)
        assert ({asked.method for asked in service.asked}, run.remembered_secrets) == ({"GET"}, {})
        with pytest.raises(NeedsAttention, match="Read/Write"):
            WOO.connect_webhooks(RecordingRun(values))


def inbound(body: bytes, secret: str = "s3cret", **headers: str) -> InboundCall:
    proof = b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    sent = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": proof, **headers}
    return InboundCall("POST", sent, {}, body)


BODY = json.dumps(documented_order()).encode()


def test_a_signed_order_comes_in() -> None:
    (pulled,) = WOO.on_inbound(inbound(BODY), {"webhook_secret": "s3cret"})
    assert pulled.id == "727"


@pytest.mark.parametrize(
    ("call", "secret"),
    [
        (inbound(BODY, "another"), "s3cret"),
        (inbound(BODY, ""), ""),
        (inbound(BODY), None),
        (InboundCall("POST", {}, {}, BODY), "s3cret"),
        (InboundCall("POST", inbound(BODY).headers, {}, BODY + b" "), "s3cret"),
        (inbound(BODY, **{"x-wc-webhook-signature": "é"}), "s3cret"),
        (InboundCall("POST", {}, {}, b"webhook_id=1&x=2"), "s3cret"),
    ],
)
def test_without_proof_nothing_comes_in(call: InboundCall, secret: str | None) -> None:
    with pytest.raises(NotAuthentic):
        WOO.on_inbound(call, {"webhook_secret": secret})


def test_the_ping_and_what_is_no_order_are_answered_well() -> None:
    values = {"webhook_secret": "s3cret"}
    assert WOO.on_inbound(InboundCall("POST", {}, {}, b"webhook_id=142"), values) == ()
    no_orders = (b'{"id": 727}', b"[]", b"no json", b'{"total": 1e99999999999999999999}', b"[" * 100_000)
    for body in (*no_orders, json.dumps(documented_order(status="checkout-draft")).encode()):
        assert WOO.on_inbound(inbound(body), values) == ()
