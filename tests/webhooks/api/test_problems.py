"""Whatever goes wrong beneath the API is a problem document."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from integrations.models import ApiKey
from tests.webhooks.keys import text_of
from tests.webhooks.orders import line, smallest_order
from webhooks.api import orders
from webhooks.api.bodies import MAX_ORDER_BYTES, MAX_POST_BYTES
from webhooks.api.field_errors import pointer
from webhooks.models import OrderEvent


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert (response.status_code, document["status"], document["code"]) == (status, status, code)
    assert document["type"] == f"http://localhost:8000/api/v1/docs#problem-{code}"
    assert document["title"]
    assert document["detail"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-ID"]
    if status != 401:
        assert document["request_id"] == response.headers["X-Request-ID"]
    return document


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/orders/", "/api/v1/store/x", "/api/v1/openapi"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_addresses(client: Client, path: str, method: str) -> None:
    document = assert_problem(getattr(client, method)(path), 404, "not_found")
    assert document["instance"] == path


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("get", "/api/v1/orders", "POST"), ("delete", "/api/v1/orders", "POST"), ("post", "/api/v1/store", "GET, HEAD")],
)
def test_wrong_methods(client: Client, method: str, path: str, allowed: str) -> None:
    response = getattr(client, method)(path)
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == allowed


@pytest.mark.parametrize("body", [b"", b"{", b'{"type": "order.closed"', b"\xff\xfe", b"[1,]", b'{"a": "\\ud800"}'])
def test_malformed_json(post: Callable[..., Any], body: bytes) -> None:
    document = assert_problem(post(body=body), 400, "malformed_json")
    assert document["detail"].startswith("The body could not be read as JSON: ")
    assert "errors" not in document


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"'])
def test_json_that_is_no_object(post: Callable[..., Any], body: bytes) -> None:
    document = assert_problem(post(body=body), 422, "validation_failed")
    assert document["errors"] == [{"pointer": "", "detail": "This must be an object."}]


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "application/json; charset=latin-1"},
        {"content_encoding": "gzip"},
    ],
)
def test_other_media_types(post: Callable[..., Any], headers: dict[str, str]) -> None:
    assert_problem(post(**headers), 415, "unsupported_media_type")


def test_utf_8_may_be_named(post: Callable[..., Any]) -> None:
    assert post(content_type="application/json; charset=UTF-8").status_code == 202


def test_a_chunked_body_needs_its_length(client: Client, bearer: dict[str, str]) -> None:
    response = client.post(
        "/api/v1/orders",
        b"{}",
        content_type="application/json",
        headers={**bearer, "transfer-encoding": "chunked"},
        CONTENT_LENGTH="",
    )
    assert_problem(response, 411, "length_required")


def test_a_body_that_is_too_long_is_not_read(post: Callable[..., Any]) -> None:
    assert_problem(post(body=b" " * (MAX_POST_BYTES + 1)), 413, "body_too_large")
    assert_problem(post(body=b" " * MAX_POST_BYTES), 400, "malformed_json")


def test_an_order_of_just_one_megabyte(post: Callable[..., Any]) -> None:
    """The limit is the canonical order's; white space and what surrounds the order do not count."""
    accepted = post(smallest_order(metadata={"x": ""}))
    assert accepted.status_code == 202
    room = MAX_ORDER_BYTES - len(OrderEvent.objects.get().order_json)

    def padded(size: int) -> bytes:
        order = smallest_order(metadata={"x": "a" * size})
        return json.dumps({"type": "order.closed", "order": order}, separators=(",", ":")).encode()

    assert post(body=padded(room)).status_code == 202
    assert_problem(post(body=padded(room + 1)), 413, "body_too_large")


def test_each_wrong_field_is_pointed_at(post: Callable[..., Any]) -> None:
    order = smallest_order(
        version="7",
        currency="XXX",
        line_items=[line(quantity=1), line(id="li_2", unit_price=12.5, modifiers=[{"quantity": "1"}])],
        tip=5,
        channel="fax",
    )
    del order["status"]
    document = assert_problem(post(order), 422, "validation_failed")
    assert {error["pointer"]: error["detail"] for error in document["errors"]} == {
        "/order/version": "This must be a whole number, written without quotes or a decimal point.",
        "/order/channel": "This must be one of: 'pos', 'online', 'kiosk', 'phone', 'marketplace' or 'qr_table'.",
        "/order/status": "This field is required.",
        "/order/currency": "This is no ISO 4217 currency code, such as USD.",
        "/order/line_items/0/quantity": "This must be text in quotes.",
        "/order/line_items/1/unit_price": "This must be a whole number, written without quotes or a decimal point.",
        "/order/line_items/1/modifiers/0/name": "This field is required.",
        "/order/tip": "There is no field of this name. Your own fields go into “metadata”.",
    }
    assert not OrderEvent.objects.exists()


@pytest.mark.parametrize("moment", ["1735689600", "20250304182205", "-1", "5e9", "now", ""])
def test_a_moment_in_digits_is_not_guessed_at(post: Callable[..., Any], moment: str) -> None:
    document = assert_problem(post(smallest_order(closed_at=moment)), 422, "validation_failed")
    assert document["errors"] == [
        {
            "pointer": "/order/closed_at",
            "detail": "This must be a moment in RFC 3339 form, such as 2025-03-04T18:22:05Z.",
        }
    ]


@pytest.mark.parametrize(
    "day", ["1735689600", "20250304", 20250304, "4 March 2025", "2025-03-04T00:00:00Z", "2025-03-04\n"]
)
def test_a_day_in_digits_is_not_guessed_at(post: Callable[..., Any], day: object) -> None:
    document = assert_problem(post(smallest_order(business_date=day)), 422, "validation_failed")
    assert document["errors"] == [
        {"pointer": "/order/business_date", "detail": "This must be a date, such as 2025-03-04."}
    ]


def test_a_repeated_line_id_is_pointed_at(post: Callable[..., Any]) -> None:
    document = assert_problem(post(smallest_order(line_items=[line(), line()])), 422, "validation_failed")
    assert document["errors"] == [
        {"pointer": "/order/line_items/1/id", "detail": "An earlier entry of this list has the same id."}
    ]


def test_at_most_fifty_errors_are_listed(post: Callable[..., Any]) -> None:
    document = assert_problem(post(smallest_order(line_items=[{}] * 100)), 422, "validation_failed")
    assert len(document["errors"]) == 50


def test_what_was_sent_is_never_repeated(post: Callable[..., Any]) -> None:
    response = post(smallest_order(customer={"phone": "canary-4711", "card": "canary-4242"}, currency="canary"))
    assert response.status_code == 422
    assert b"canary" not in response.content


def test_pointers_are_escaped() -> None:
    assert pointer(("order", "a/b~c", 0)) == "/order/a~1b~0c/0"


def test_an_error_of_ours(client: Client, key: ApiKey, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr(orders, "ingest", broken)
    client.raise_request_exception = False
    body = {"type": "order.closed", "order": smallest_order()}
    headers = {"apikey": text_of(key)}
    response = client.post("/api/v1/orders", body, content_type="application/json", headers=headers)
    assert_problem(response, 500, "internal_error")
    assert b"canary" not in response.content
    assert "canary" in caplog.text


def test_a_database_that_is_away(post: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(orders, "ingest", away)
    response = post()
    assert_problem(response, 503, "unavailable")
    assert response.headers["Retry-After"] == "5"
