"""Vendure over a real socket: keys and sessions, channels, pages, what goes on after a stop, and every refusal in words."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integrations.contract import ItemOutcome, NeedsAttention, TryLater
from integrations.provider_http import ProviderHttp
from integrations.providers.vendure import Vendure
from tests.integrations.providers.local_service import Reply, Service, serving
from tests.integrations.providers.recording import RecordingRun
from tests.integrations.providers.vendure.fake_shop import (
    API_KEY,
    CHANNEL,
    PASSWORD,
    USERNAME,
    FakeShop,
    error,
    order,
)

VENDURE = Vendure()
ACCOUNT = {"sign_in": "password", "username": USERNAME, "password": PASSWORD}


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
def service(shop: FakeShop, settings: Settings, socket_enabled: None) -> Iterator[Service]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    with serving(shop.answer) as found:
        yield found


def values(service: Service, **changed: object) -> dict[str, object]:
    plain = {"admin_api_url": f"{service.url}/admin-api", "channel": CHANNEL, "sign_in": "api_key"}
    return {**plain, "api_key": API_KEY, "pickup_methods": "", "look_back_days": 7, **changed}


def pull(service: Service, cursor: str = "", *, before: Any = (), **other: Any) -> RecordingRun:
    run = RecordingRun(values=values(service, **other.pop("values", {})), cursor=cursor, **other)
    run.received = list(before)
    VENDURE.pull_orders(run)
    return run


def connection(service: Service, **changed: object) -> tuple[bool, str]:
    result = VENDURE.test_connection(values(service, **changed), ProviderHttp(sleep=lambda _seconds: None))
    assert "canary" not in str(result.message)
    return result.ok, str(result.message)


def outcomes(run: RecordingRun) -> list[tuple[str, ItemOutcome]]:
    return [(key, outcome) for key, outcome, _note in run.items]


def test_the_connection_names_the_channel_and_counts_its_orders(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(1), order(2, orderPlacedAt=None), order(3, active=True), order(4, type="Aggregate")]
    assert connection(service) == (True, "Connected to the channel bakery. Orders there: 1.")
    assert connection(service, **ACCOUNT) == (True, "Connected to the channel bakery. Orders there: 1.")


def test_a_whole_shop_has_the_order_that_sellers_share_and_not_their_parts(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(1, type="Aggregate"), order(2, type="Seller"), order(3)]
    run = pull(service, values={**ACCOUNT, "channel": ""})
    assert [each.id for each in run.received] == ["1", "3"]
    assert [each.id for each in pull(service).received] == ["2", "3"]


def test_orders_come_page_by_page_and_only_once(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(n, f"2026-03-04T14:{n // 60:02}:{n % 60:02}.000Z") for n in range(1, 251)]
    run = pull(service)
    assert [each.id for each in run.received] == [str(n) for n in range(1, 251)]
    assert run.expected == 250
    assert run.cursor == "2026-03-04T18:00:00+00:00", "the shop's own clock, as the look began"
    again = pull(service, run.cursor, before=run.received)
    assert (again.items, again.expected) == ([], 0)


def test_the_first_pull_begins_with_the_stores_day(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(1, "2026-03-04T04:58:00.000Z"), order(2, "2026-03-04T05:01:00.000Z")]
    assert [each.id for each in pull(service).received] == ["2"]
    assert [each.id for each in pull(service, parameters={"since": "2026-03-03"}).received] == ["1", "2"]


def test_a_state_or_refund_that_only_the_history_tells_of_is_seen(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(1, "2026-03-01T14:00:00.000Z"), order(2)]
    first = pull(service, "2026-03-01T00:00:00+00:00")
    shop.orders[0] = order(1, "2026-03-01T14:00:00.000Z", changed="2026-03-04T19:00:00.000Z", state="Delivered")
    second = pull(service, first.cursor, before=first.received)
    assert outcomes(second) == [("CODE1", ItemOutcome.UPDATED)]
    too_old = pull(service, first.cursor, before=first.received, values={"look_back_days": 1})
    assert too_old.items == [], "what changed later than the days to look back is not looked for"


def test_an_edited_order_is_seen_however_old_it_is(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(1, "2025-11-01T14:00:00.000Z", updatedAt="2026-03-04T19:00:00.000Z")]
    assert [each.id for each in pull(service, "2026-03-04T18:00:00+00:00").received] == ["1"]


def test_a_run_that_is_killed_goes_on_where_it_was(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(n, f"2026-03-04T14:{n // 60:02}:{n % 60:02}.000Z") for n in range(1, 251)]

    class Killed(BaseException):
        pass

    class Mortal(RecordingRun):
        def checkpoint(self, cursor: str) -> None:
            super().checkpoint(cursor)
            if len(self.checkpoints) == 2:
                raise Killed

    mortal = Mortal(values=values(service))
    with pytest.raises(Killed):
        VENDURE.pull_orders(mortal)
    assert mortal.cursor == "2026-03-04T05:00:00+00:00 2026-03-04T18:00:00+00:00 2026-03-04T14:03:20+00:00"
    asked = len(service.asked)
    shop.clock = "Wed, 04 Mar 2026 19:00:00 GMT"
    rest = pull(service, mortal.cursor, before=mortal.received)
    assert rest.cursor == "2026-03-04T18:00:00+00:00", "what changed since the killed one began is looked for next time"
    assert [each.id for each in rest.received] == [str(n) for n in range(1, 251)]
    assert [outcome for _key, outcome in outcomes(rest)].count(ItemOutcome.CREATED) == 50
    assert len(service.asked) - asked == 3, "the standing, one page of changes, its orders"
    assert pull(service, rest.cursor, before=rest.received).items == []


def test_without_the_shops_clock_nothing_is_missed(shop: FakeShop, service: Service) -> None:
    shop.orders, shop.clock = [order(1)], "no date"
    run = pull(service)
    assert run.cursor == "2026-03-04T05:00:00+00:00"
    assert outcomes(pull(service, run.cursor, before=run.received)) == [("CODE1", ItemOutcome.SKIPPED)]


def test_failed_orders_are_done_again_by_their_codes(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(n) for n in range(1, 4)]
    shop.orders[1]["totalWithTax"] = "much"
    first = pull(service)
    assert ("CODE2", ItemOutcome.FAILED) in outcomes(first)
    assert "totalWithTax" in first.items[1][2]
    shop.orders[1]["totalWithTax"] = 3436
    again = pull(service, first.cursor, only=("CODE2",), before=first.received)
    assert outcomes(again) == [("CODE2", ItemOutcome.CREATED)]
    assert again.checkpoints == []


def test_orders_collected_by_customers_are_told_apart(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(1), order(2, shippingLines=[{"shippingMethod": {"code": "pick-up"}}])]
    run = pull(service, values={"pickup_methods": "curbside, pick-up"})
    assert [str(each.service) for each in run.received] == ["delivery", "pickup"]


def test_amounts_have_the_decimal_places_that_the_shop_is_set_to(shop: FakeShop, service: Service) -> None:
    shop.orders, shop.places = [order(1)], 3
    assert str(pull(service).received[0].total) == "3.436"


def test_an_account_signs_in_once_and_again_when_its_session_is_over(shop: FakeShop, service: Service) -> None:
    shop.orders = [order(1)]
    assert len(pull(service, values=ACCOUNT).received) == 1
    assert shop.logins == 1

    class Ending(RecordingRun):
        def expect(self, total: int) -> None:
            super().expect(total)
            shop.sessions.clear()

    run = Ending(values=values(service, **ACCOUNT))
    VENDURE.pull_orders(run)
    assert len(run.received) == 1
    assert shop.logins == 3


def test_the_credential_not_chosen_is_not_sent(shop: FakeShop, service: Service) -> None:
    pull(service, values={"password": PASSWORD, "username": USERNAME})
    pull(service, values={**ACCOUNT})
    by_key = [asked for asked in service.asked if "vendure-api-key" in asked.headers]
    assert len(by_key) == 2
    assert not any(PASSWORD in asked.body.decode() for asked in by_key)
    assert all("authorization" not in asked.headers for asked in by_key)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"api_key": "lookup:wrong-canary"}, "does not know the API key"),
        ({"channel": ""}, "does not know the API key"),
        ({"channel": "nope"}, "no channel with this token"),
        ({**ACCOUNT, "password": "wrong-canary"}, "refuses the user name or the password"),
    ],
)
def test_wrong_settings_are_told_in_words(service: Service, changed: dict[str, object], says: str) -> None:
    ok, message = connection(service, **changed)
    assert not ok
    assert says in message


def test_what_the_shop_has_not_turned_on_is_told(shop: FakeShop, service: Service) -> None:
    shop.methods = set()
    assert "'api-key' turned on in tokenMethod" in connection(service)[1]
    assert "by cookies alone" in connection(service, **ACCOUNT)[1]


def test_a_missing_permission_is_told_apart_from_a_wrong_key(shop: FakeShop, service: Service) -> None:
    shop.may_read = False
    for changed in ({}, ACCOUNT):
        ok, message = connection(service, **changed)
        assert not ok
        assert "ReadOrder" in message
    with pytest.raises(NeedsAttention, match="ReadOrder"):
        pull(service)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(404, b"<html>"), "no Admin API at this address"),
        (Reply(301, b"", {"Location": "https://www.shop.example/admin-api"}), "https://www.shop.example/admin-api."),
        (Reply(401, b"<html>"), "in front of the shop"),
        (Reply(403, b"<html>"), "in front of the shop"),
        (
            Reply(400, {"errors": [{"message": 'Cannot query field "x"'}]}),
            'Vendure 2.2 or later: Cannot query field "x"',
        ),
        (error("USER_INPUT_ERROR", "Cannot take more than 10 results"), "Cannot take more than 10 results"),
        (error("INTERNAL_SERVER_ERROR", "Oh"), "problem of its own: Oh"),
        (Reply(502, b"<html>"), "problem of its own (status 502)"),
        (Reply(200, b"<html>"), "not JSON"),
    ],
)
def test_other_refusals_are_told_in_words(shop: FakeShop, service: Service, reply: Reply, says: str) -> None:
    shop.replies = [reply]
    ok, message = connection(service)
    assert not ok
    assert says in message


@pytest.mark.parametrize("reply", [Reply(500, b""), Reply(200, b"<html>"), error("INTERNAL_SERVER_ERROR")])
def test_a_shop_in_trouble_is_tried_later(shop: FakeShop, service: Service, reply: Reply) -> None:
    shop.replies = [reply]
    with pytest.raises(TryLater):
        pull(service)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_shop_is_waited_for(shop: FakeShop, service: Service, status: int) -> None:
    shop.orders = [order(1)]
    shop.replies = [Reply(status, {}, {"Retry-After": "2"})]
    assert len(pull(service).received) == 1
    shop.replies = [Reply(status, {}, {"Retry-After": "2"})] * 9
    with pytest.raises(TryLater):
        pull(service)
