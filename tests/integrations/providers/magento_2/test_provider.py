"""Magento 2 over a real socket: signatures that oauthlib computes too, filters, pages, limits, and every refusal in words."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from oauthlib.oauth1 import Client
from pytest_django.fixtures import Settings

from integrations.contract import ItemOutcome, NeedsAttention, TryLater
from integrations.provider_http import ProviderHttp
from integrations.providers.magento_2 import Magento2
from tests.integrations.providers.local_service import Asked, Reply, Service, serving
from tests.integrations.providers.magento_2.test_orders import DOCUMENTED
from tests.integrations.providers.recording import RecordingRun

MAGENTO = Magento2()
SECRETS = {
    "consumer_key": "ck12345678", "consumer_secret": "cs-canary", "access_token": "at-canary", "access_token_secret": "ats-canary",
}  # fmt: skip
_FILTER = "searchCriteria[filter_groups][{}][filters][0][{}]"


def order(number: int, updated: str = "2026-03-04 14:20:00", **other: Any) -> dict[str, Any]:
    floats = {name: float(DOCUMENTED[name]) for name in ("grand_total", "tax_amount", "total_paid", "base_grand_total")}
    items = [{"item_id": 9, "name": "Shirt", "qty_ordered": 1, "price": 46.38, "row_total": 46.38}]
    plain = {**DOCUMENTED, **floats, "items": items, "payment": {"method": "checkmo"}}
    return {**plain, "entity_id": number, "increment_id": f"{number:09}", "updated_at": updated, **other}


class Shop:
    """Checks the signature with oauthlib and refuses a used nonce; filters, sorts and pages as documented."""

    def __init__(self) -> None:
        self.url = ""
        self.orders: list[dict[str, Any]] = []
        self.replies: list[Reply] = []
        self.nonces: set[str] = set()

    def answer(self, asked: Asked) -> Reply:
        if self.replies:
            return self.replies.pop(0)
        refusal = self.refusal(asked)
        if refusal:
            return Reply(401, {"message": refusal})
        if asked.path == "/rest/default/V1/store/storeViews" or asked.path == "/rest/fr/V1/store/storeViews":
            return Reply(200, [{"id": 0, "code": "admin"}, {"id": 1, "code": "default"}])
        if asked.path not in {"/rest/default/V1/orders", "/rest/all/V1/orders"}:
            return Reply(404, {"message": "Request does not match any route."})
        found = sorted(
            filter(self.wanted(asked), self.orders), key=lambda each: (each["updated_at"], each["entity_id"])
        )
        size, page = (int(asked.query[f"searchCriteria[{name}]"]) for name in ("pageSize", "currentPage"))
        # Magento answers a page past the last with the last one.
        page = min(page, max(1, -(-len(found) // size)))
        return Reply(200, {"items": found[(page - 1) * size : page * size], "total_count": len(found)})

    def refusal(self, asked: Asked) -> str:
        proof = dict(re.findall(r'(oauth_\w+)="([^"]*)"', asked.headers.get("authorization", "")))
        if proof.get("oauth_consumer_key") != SECRETS["consumer_key"]:
            return "The consumer has expired or is not valid"
        if abs(time.time() - int(proof["oauth_timestamp"])) > 600:
            return "The timestamp value in the oauth_timestamp parameter is incorrect."
        if proof["oauth_nonce"] in self.nonces:
            return "The nonce is already being used by the consumer with ID 1."
        self.nonces.add(proof["oauth_nonce"])
        client = Client(
            SECRETS["consumer_key"], SECRETS["consumer_secret"], SECRETS["access_token"], SECRETS["access_token_secret"],
            signature_method="HMAC-SHA256", nonce=proof["oauth_nonce"], timestamp=proof["oauth_timestamp"],
        )  # fmt: skip
        query = f"?{urlencode(asked.query)}" if asked.query else ""
        _url, headers, _body = client.sign(f"{self.url}{asked.path}{query}")
        right = dict(re.findall(r'(oauth_\w+)="([^"]*)"', headers["Authorization"]))["oauth_signature"]
        return (
            ""
            if unquote(right) == unquote(proof["oauth_signature"])
            else "The signature is invalid. Verify and try again."
        )

    def wanted(self, asked: Asked) -> Any:
        groups = [
            tuple(asked.query[_FILTER.format(place, part)] for part in ("field", "condition_type", "value"))
            for place in range(3)
            if _FILTER.format(place, "field") in asked.query
        ]

        def holds(each: dict[str, Any]) -> bool:
            tests: dict[str, Callable[[str, str], bool]] = {
                "gteq": lambda a, b: a >= b,
                "eq": lambda a, b: a == b,
                "in": lambda a, b: a in b.split(","),
            }
            return all(tests[condition](str(each[name]), value) for name, condition, value in groups)

        return holds


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def service(shop: Shop, settings: Settings, socket_enabled: None) -> Iterator[Service]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    with serving(lambda asked: shop.answer(asked)) as found:  # noqa: PLW0108  looked up at each call, as tests replace it
        shop.url = found.url
        yield found


def values(service: Service, **changed: object) -> dict[str, object]:
    return {"base_url": service.url, "store_view_code": "default", **SECRETS, **changed}


def pull(service: Service, cursor: str = "", **other: Any) -> RecordingRun:
    run = RecordingRun(values=values(service), cursor=cursor, **other)
    MAGENTO.pull_orders(run)
    return run


def connection(service: Service, **changed: object) -> tuple[bool, str]:
    result = MAGENTO.test_connection(values(service, **changed), ProviderHttp(sleep=lambda _seconds: None))
    assert "canary" not in str(result.message)
    return result.ok, str(result.message)


def test_the_connection_counts_the_orders_of_the_store_view(shop: Shop, service: Service) -> None:
    shop.orders = [order(1), order(2), order(3, store_id=2)]
    assert connection(service) == (True, "Connected. The shop has 2 orders.")
    assert connection(service, store_view_code="all") == (True, "Connected. The shop has 3 orders.")
    assert "no store view with the code fr" in connection(service, store_view_code="fr")[1]


def test_pages_and_a_second_full_of_orders(shop: Shop, service: Service) -> None:
    shop.orders = [order(n, f"2026-03-04 14:{n // 60:02}:{n % 60:02}") for n in range(1, 131)]
    shop.orders += [order(n, "2026-03-04 15:00:00") for n in range(131, 381)]
    run = pull(service)
    assert [each.id for each in run.received] == [str(n) for n in range(1, 381)]
    assert (run.expected, run.cursor) == (380, "2026-03-04T15:00:00+00:00")
    assert all(outcome is ItemOutcome.CREATED for _key, outcome, _note in run.items)
    shop.orders.append(order(900, "2026-03-04 15:00:00"))
    assert "900" in [each.id for each in pull(service, run.cursor).received]


def test_the_first_pull_begins_with_the_store_s_day_and_a_date_may_be_chosen(shop: Shop, service: Service) -> None:
    shop.orders = [order(1, "2026-03-01 12:00:00"), order(2)]
    assert [each.id for each in pull(service).received] == ["2"]
    assert [each.id for each in pull(service, parameters={"since": "2026-03-01"}).received] == ["1", "2"]


def test_one_bad_order_spoils_no_other_and_can_be_retried(shop: Shop, service: Service) -> None:
    shop.orders = [order(1, order_currency_code=None), order(2)]
    run = pull(service)
    assert [(key, outcome) for key, outcome, _note in run.items] == [
        ("1", ItemOutcome.FAILED),
        ("000000002", ItemOutcome.CREATED),
    ]
    shop.orders[0] = order(1)
    retried = pull(service, only=["1"])
    assert ([each.id for each in retried.received], retried.checkpoints) == (["1"], [])
    gone = pull(service, only=["1", "77"])
    assert gone.items[1] == ("77", ItemOutcome.SKIPPED, "The shop does not have this order any more.")


def test_an_order_that_changes_meanwhile_pushes_no_other_out(shop: Shop, service: Service) -> None:
    shop.orders = [order(n, f"2026-03-04 14:{n // 60:02}:{n % 60:02}") for n in range(1, 251)]
    answer = shop.answer

    def touched(asked: Asked) -> Reply:
        reply = answer(asked)
        if asked.path.endswith("/orders"):
            shop.orders[0]["updated_at"] = "2026-03-04 20:00:00"
        return reply

    shop.answer = touched  # type: ignore[method-assign]
    run = pull(service)
    assert {each.id for each in run.received} == {str(n) for n in range(1, 251)}


@pytest.mark.parametrize(
    ("name", "says"),
    [("consumer_secret", "signature"), ("access_token_secret", "signature"), ("consumer_key", "consumer")],
)
def test_wrong_keys_need_a_person(service: Service, name: str, says: str) -> None:
    ok, message = connection(service, **{name: "wrong12345"})
    assert not ok
    assert says in message
    with pytest.raises(NeedsAttention):
        MAGENTO.pull_orders(RecordingRun(values=values(service, **{name: "wrong12345"})))


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (400, b"oauth_problem=version_rejected", "drops or changes the Authorization header"),
        (400, b"oauth_problem=parameter_absent&oauth_parameters_absent=oauth_nonce", "drops or changes the Authorization header"),
        (400, b"oauth_problem=parameter_rejected", "drops or changes the Authorization header"),
        (401, b"oauth_problem=token_used", "access token is not valid"),
        (401, b"oauth_problem=token_expired", "access token is not valid"),
        (401, b"oauth_problem=token_revoked", "access token is not valid"),
        (401, b"oauth_problem=verifier_invalid", "did not accept the keys"),
        (403, b"oauth_problem=permission_denied", "may not read orders"),
        (401, b"oauth_problem=permission_unknown", "permissions of the integration cannot be read"),
        (401, {"message": "The signature is invalid. Verify and try again."}, "signature is not valid"),
        (401, {"message": "The consumer has expired or is not valid"}, "consumer key is not valid"),
        (401, {"message": "The access token is revoked."}, "access token is not valid"),
        (401, b"oauth_problem=signature_invalid", "signature is not valid"),
        (401, b"oauth_problem=consumer_key_rejected", "consumer key is not valid"),
        (401, b"oauth_problem=token_rejected", "access token is not valid"),
        (401, b"oauth_problem=nonce_used", "saw this call before"),
        (400, b"oauth_problem=timestamp_refused", "clock"),
        (400, b"oauth_problem=signature_method_rejected", "2.4.4"),
        (401, {"message": "The consumer isn't authorized to access %resources.", "parameters": {"resources": "x"}}, "may not read orders"),
        (403, b"<html>", "firewall"),
        (404, {"message": "No such entity."}, "nothing at this address"),
        (400, {"message": "Field %1 is wrong", "parameters": ["a"]}, "status 400): Field a is wrong"),
        (500, {"message": "Internal Error"}, "problem of its own"),
        (200, b"<html>", "not JSON"),
    ],
)  # fmt: skip
def test_each_documented_error_is_put_in_words(
    shop: Shop, service: Service, status: int, body: object, says: str
) -> None:
    shop.replies = [Reply(status, body)]
    ok, message = connection(service)
    assert not ok
    assert says in message


def test_another_address_is_named(shop: Shop, service: Service) -> None:
    shop.replies = [Reply(301, {}, {"Location": "https://www.shop.example/rest/default/V1/orders"})]
    assert "https://www.shop.example." in connection(service)[1]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_shop_is_waited_for(shop: Shop, service: Service, status: int) -> None:
    shop.orders = [order(1)]
    shop.replies = [Reply(status, {}, {"Retry-After": "2"})]
    assert len(pull(service).received) == 1
    shop.replies = [Reply(status, {}, {"Retry-After": "2"})] * 9
    with pytest.raises(TryLater):
        pull(service)
