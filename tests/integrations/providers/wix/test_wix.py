"""Wix: orders in our words, and searches over a real socket: headers, filters, cursors, limits, and every refusal in words."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integrations.contract import ItemOutcome, NeedsAttention, OrderState, PaymentState, Service, TryLater
from integrations.provider_http import ProviderHttp
from integrations.providers import wix
from integrations.providers.wix import Wix
from integrations.providers.wix.orders import pulled_order
from integrations.pulled_orders import canonical
from tests.integrations.providers.local_service import Asked, Reply, serving
from tests.integrations.providers.local_service import Service as Server
from tests.integrations.providers.recording import RecordingRun

WIX = Wix()
KEY, SITE = "IST.canary", "3f1c9b2e-5d7a-4c1e-9a0b-2f8e6d4c1a7b"
VALUES: dict[str, object] = {"api_key": KEY, "site_id": SITE}
DOCUMENTED: dict[str, Any] = json.loads((Path(__file__).parent / "order.json").read_text())


def order(number: int, updated: str = "2026-03-04T08:53:44.343Z", **other: Any) -> dict[str, Any]:
    return {**DOCUMENTED, "id": f"id-{number:04}", "number": str(number), "updatedDate": updated, **other}


class Site:
    """Search Orders as documented: filters and sorts at first, and then follows the cursor alone."""

    def __init__(self, *orders: dict[str, Any]) -> None:
        self.orders = list(orders)
        self.replies: list[Reply] = []
        self.cursors: dict[str, list[dict[str, Any]]] = {}

    def answer(self, asked: Asked) -> Reply:
        if self.replies:
            return self.replies.pop(0)
        if asked.headers.get("authorization") != KEY:
            return Reply(401, {"message": "Unauthorized", "details": {}})
        if asked.headers.get("wix-site-id") != SITE or "wix-account-id" in asked.headers:
            return Reply(403, {"message": "Forbidden", "details": {}})
        if (asked.method, asked.path) != ("POST", "/ecom/v1/orders/search"):
            return Reply(404, {"message": "", "details": {}})
        search: Any = asked.json()["search"]
        paging = search["cursorPaging"]
        if "cursor" in paging:
            if "filter" in search or "sort" in search:
                return Reply(400, {"message": "cursor comes with a filter", "details": {}})
            if paging["cursor"] not in self.cursors:
                return Reply(400, {"message": "Invalid cursor", "details": {}})
            rest = self.cursors.pop(paging["cursor"])
        else:
            rest = self.found(search)
        page, rest = rest[: paging["limit"]], rest[paging["limit"] :]
        cursors: dict[str, str] = {}
        if rest:
            cursors["next"] = f"cursor-{len(rest)}"
            self.cursors[cursors["next"]] = rest
        return Reply(200, {"orders": page, "metadata": {"count": len(page), "cursors": cursors, "hasNext": bool(rest)}})

    def found(self, search: Any) -> list[dict[str, Any]]:
        wanted = search.get("filter", {})
        since, ids = wanted.get("updatedDate", {}).get("$gte", ""), wanted.get("id", {}).get("$in")
        found = [each for each in self.orders if each["updatedDate"] >= since and (ids is None or each["id"] in ids)]
        key = search["sort"][0]["fieldName"] if "sort" in search else "createdDate"
        return sorted(found, key=lambda each: str(each[key]))


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> Iterator[Server]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    with serving(lambda asked: site.answer(asked)) as found:  # noqa: PLW0108  looked up at each call, as tests replace it
        monkeypatch.setattr(wix, "API", found.url)
        yield found


def pull(cursor: str = "", **other: Any) -> RecordingRun:
    run = RecordingRun(values=VALUES, cursor=cursor, **other)
    WIX.pull_orders(run)
    return run


def connection(**changed: object) -> tuple[bool, str]:
    result = WIX.test_connection({**VALUES, **changed}, ProviderHttp(sleep=lambda _seconds: None))
    assert KEY not in str(result.message)
    return result.ok, str(result.message)


def test_the_documented_order_in_our_words() -> None:
    found = pulled_order(DOCUMENTED)
    assert (found.id, found.number, found.currency) == (DOCUMENTED["id"], "10126", "USD")
    assert found.updated_at == datetime(2026, 3, 4, 8, 53, 44, 343000, UTC)
    assert (found.total, found.tax, found.discount, found.shipping) == tuple(map(Decimal, ("46.38", "3.38", "2", "5")))
    assert (found.state, found.payment_state, found.service) == (OrderState.OPEN, PaymentState.PAID, Service.DELIVERY)
    (line,) = found.lines
    assert (line.name, line.quantity, line.unit_price) == ("Indonesian Blend", Decimal(2), Decimal(20))
    assert (line.sku, line.note, line.total) == ("10001", "Weight: 500g, Ground for: Stovetop", Decimal("41.38"))
    assert [payment.amount for payment in found.payments] == [Decimal("46.38")]
    assert found.address is not None
    assert (found.address.line1, found.address.region, found.address.country) == ("235 W 23rd St", "NY", "US")
    assert canonical(found, slug="wix", timezone="America/New_York")["totals"]["total"] == 4638


@pytest.mark.parametrize(
    ("status", "fulfillment", "payment", "state", "paid"),
    [
        ("APPROVED", "NOT_FULFILLED", "NOT_PAID", OrderState.OPEN, PaymentState.UNPAID),
        ("APPROVED", "NOT_FULFILLED", "PENDING", OrderState.OPEN, PaymentState.UNPAID),
        ("APPROVED", "PARTIALLY_FULFILLED", "PARTIALLY_PAID", OrderState.OPEN, PaymentState.PARTIALLY_PAID),
        ("APPROVED", "FULFILLED", "PAID", OrderState.CLOSED, PaymentState.PAID),
        ("APPROVED", "FULFILLED", "PARTIALLY_REFUNDED", OrderState.CLOSED, PaymentState.PARTIALLY_REFUNDED),
        ("APPROVED", "FULFILLED", "FULLY_REFUNDED", OrderState.REFUNDED, PaymentState.REFUNDED),
        ("CANCELED", "NOT_FULFILLED", "NOT_PAID", OrderState.VOIDED, PaymentState.UNPAID),
        ("REJECTED", "NOT_FULFILLED", "UNSPECIFIED", OrderState.VOIDED, PaymentState.UNPAID),
    ],
)
def test_each_status_has_its_state(
    status: str, fulfillment: str, payment: str, state: OrderState, paid: PaymentState
) -> None:
    found = pulled_order(order(1, status=status, fulfillmentStatus=fulfillment, paymentStatus=payment))
    assert (found.state, found.payment_state) == (state, paid)


def test_a_full_refund_without_a_sum_is_of_the_whole() -> None:
    assert pulled_order(order(1, paymentStatus="FULLY_REFUNDED", balanceSummary={})).refunded == Decimal("46.38")


def test_pick_up_and_fees() -> None:
    fees = [{"id": "f1", "name": "Bag", "price": {"amount": "0.10"}}]
    shipping = {"logistics": {"pickupDetails": {"address": {"city": "New York"}}}}
    found = pulled_order(order(1, shippingInfo=shipping, additionalFees=fees))
    assert (found.service, found.address) == (Service.PICKUP, None)
    assert [line.name for line in found.lines] == ["Indonesian Blend", "Bag"]


@pytest.mark.parametrize("broken", [{"id": ""}, {"updatedDate": None}, {"priceSummary": {}}, {"currency": ""}])
def test_an_order_without_the_essentials_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="The order has no"):
        pulled_order({**DOCUMENTED, **broken})


def test_pages_follow_the_cursor_and_a_second_pull_skips_what_was_seen(site: Site, server: Server) -> None:
    site.orders = [order(n, f"2026-03-04T09:{n // 60:02}:{n % 60:02}.000Z") for n in range(250)]
    run = pull()
    assert [each.number for each in run.received] == [str(n) for n in range(250)]
    assert (len(server.asked), run.expected) == (3, 250)
    assert run.cursor == "2026-03-04T09:04:09+00:00"
    site.orders.append(order(900, run.cursor.replace("+00:00", ".000Z")))
    again = pull(run.cursor)
    assert "900" in [each.number for each in again.received], "An order of the same moment must not be lost."


def test_a_cursor_that_wix_takes_no_longer_is_replaced_and_no_order_is_lost(site: Site, server: Server) -> None:
    site.orders = [order(n, f"2026-03-04T09:{n // 60:02}:{n % 60:02}.000Z") for n in range(250)]
    answer = site.answer

    def forget(asked: Asked) -> Reply:
        if len(server.asked) == 3:
            site.cursors.clear()
        return answer(asked)

    site.answer = forget  # type: ignore[method-assign]
    run = pull()
    assert [each.number for each in run.received] == [str(n) for n in range(250)]
    assert (run.cursor, run.items[-1][1]) == ("2026-03-04T09:04:09+00:00", ItemOutcome.CREATED)


def test_cursors_that_are_never_taken_end_the_run_for_now(site: Site, server: Server) -> None:
    site.orders = [order(n) for n in range(250)]
    answer = site.answer

    def forget(asked: Asked) -> Reply:
        site.cursors.clear()
        return answer(asked)

    site.answer = forget  # type: ignore[method-assign]
    with pytest.raises(TryLater, match="page through the orders"):
        pull()
    assert len(server.asked) == 12


def test_an_order_that_changes_between_pages_is_taken_in_its_last_state(site: Site, server: Server) -> None:
    """The cursor goes on over the orders as they were found; the next pull brings what changed since."""
    site.orders = [order(n, f"2026-03-04T09:{n // 60:02}:{n % 60:02}.000Z") for n in range(150)]
    run = pull()
    site.orders[3] |= {"updatedDate": "2026-03-04T10:00:00.000Z", "fulfillmentStatus": "FULFILLED"}
    again = pull(run.cursor)
    assert [(each.number, each.state) for each in again.received if each.number == "3"] == [("3", OrderState.CLOSED)]


def test_a_retry_says_of_an_order_that_is_gone_that_it_is(site: Site, server: Server) -> None:
    site.orders = [order(1)]
    run = pull(only=["id-0001", "id-0002"])
    assert [(key, outcome) for key, outcome, _note in run.items] == [
        ("1", ItemOutcome.CREATED),
        ("id-0002", ItemOutcome.SKIPPED),
    ]


def test_a_stopped_pull_goes_on(site: Site, server: Server) -> None:
    site.orders = [order(n, f"2026-03-04T09:00:00.{n:03}Z") for n in range(150)]
    site.orders += [order(200, "2026-03-04T10:00:00.000Z")]
    assert [each.number for each in pull("2026-03-04T09:30:00+00:00").received] == ["200"]
    assert pull().checkpoints == ["2026-03-04T09:00:00.099000+00:00", "2026-03-04T10:00:00+00:00"]


def test_the_first_pull_begins_with_the_store_s_day_and_a_date_may_be_chosen(site: Site, server: Server) -> None:
    site.orders = [order(1, "2026-03-01T12:00:00.000Z"), order(2, "2026-03-04T12:00:00.000Z")]
    assert [each.number for each in pull().received] == ["2"]
    assert [each.number for each in pull(parameters={"since": "2026-03-01"}).received] == ["1", "2"]


def test_one_bad_order_spoils_no_other_and_can_be_retried(site: Site, server: Server) -> None:
    site.orders = [order(1, currency=""), order(2), order(3, status="INITIALIZED")]
    run = pull()
    assert {key: outcome for key, outcome, _note in run.items} == {
        "id-0001": ItemOutcome.FAILED, "2": ItemOutcome.CREATED, "id-0003": ItemOutcome.SKIPPED,
    }  # fmt: skip
    site.orders[0] = order(1)
    retried = pull(only=["id-0001"])
    assert [each.number for each in retried.received] == ["1"]
    assert retried.checkpoints == []
    site.orders = [order(n) for n in range(150)]
    assert len(pull(only=[f"id-{n:04}" for n in range(150)]).received) == 150


def test_the_connection_names_the_latest_order(site: Site, server: Server) -> None:
    assert connection() == (True, "Connected. The site has no orders yet.")
    site.orders = [order(7)]
    assert connection() == (True, "Connected. The latest order is 7.")
    assert server.asked[0].json() == {"search": {"cursorPaging": {"limit": 1}}}


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(401, {"message": "Unauthorized"}), "did not accept the API key"),
        (Reply(403, {"message": "Forbidden"}), "may not read orders"),
        (Reply(404, {"message": ""}), "no such site"),
        (Reply(400, {"message": "Bad filter", "details": {}}), "status 400): Bad filter"),
        (Reply(500, b"<html>"), "problem of its own (status 500)"),
        (Reply(200, b"<html>"), "something other than a list"),
        (Reply(200, {}), "something other than a list"),
        (Reply(200, {"metadata": []}), "something other than a list"),
        (Reply(200, {"orders": None, "metadata": {}}), "something other than a list"),
    ],
)
def test_each_documented_error_is_put_in_words(site: Site, server: Server, reply: Reply, says: str) -> None:
    site.replies = [reply]
    ok, message = connection()
    assert not ok
    assert says in message


@pytest.mark.parametrize("metadata", [{}, {"cursors": {}}, {"count": 0, "hasNext": False}, {"cursors": {"next": "c"}}])
def test_an_empty_list_may_be_left_out(site: Site, server: Server, metadata: dict[str, Any]) -> None:
    site.replies = [Reply(200, {"metadata": metadata})] * 2
    assert connection() == (True, "Connected. The site has no orders yet.")
    run = pull()
    assert (run.received, run.items, len(server.asked)) == ([], [], 2)


def test_an_empty_page_of_which_more_is_said_to_follow_is_not_the_last(site: Site, server: Server) -> None:
    site.orders, site.cursors["c"] = [], [order(1)]
    site.replies = [Reply(200, {"metadata": {"cursors": {"next": "c"}, "hasNext": True}})]
    assert [each.number for each in pull().received] == ["1"]


def test_a_wrong_key_and_a_wrong_site_need_a_person(server: Server) -> None:
    assert connection(api_key="other")[0] is False
    assert connection(site_id="other")[0] is False
    with pytest.raises(NeedsAttention):
        WIX.pull_orders(RecordingRun(values={**VALUES, "api_key": "other"}))


def test_a_pause_is_waited_out(site: Site, server: Server) -> None:
    site.orders = [order(1)]
    site.replies = [Reply(429, {}, {"Retry-After": "2"})]
    assert len(pull().received) == 1
    site.replies = [Reply(429, {}, {"Retry-After": "2"})] * 9
    with pytest.raises(TryLater) as caught:
        pull()
    assert caught.value.after_seconds == 16
