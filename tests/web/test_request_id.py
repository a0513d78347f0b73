"""One id a request; a stranger cannot choose it."""

import logging

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from backoffice.web.request_id import RequestIdFilter, RequestIdMiddleware, current_request_id, forget


def _answer(incoming: str | None = None) -> tuple[str, str, str]:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.extend([request.id, current_request_id()])  # type: ignore[attr-defined]
        return HttpResponse()

    headers = {"X-Request-ID": incoming} if incoming else {}
    response = RequestIdMiddleware(view)(RequestFactory().get("/", headers=headers))
    return response["X-Request-ID"], seen[0], seen[1]


def test_request_response_and_context_agree() -> None:
    first, second = _answer(), _answer()
    assert len(set(first)) == 1
    assert first[0] != second[0]


@pytest.mark.usefixtures("gallery")
def test_line_of_an_error_response_carries_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(
        "django.core.handlers.base.log_response", lambda *args, **kwargs: logged.append(current_request_id())
    )
    response = client.get("/theme")
    assert logged == [response["X-Request-ID"]]
    assert current_request_id() == "-"


def test_stranger_cannot_choose() -> None:
    assert _answer("chosen-by-stranger")[0] != "chosen-by-stranger"


def test_proxy_may_choose(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    assert _answer("from-the-proxy-1")[0] == "from-the-proxy-1"


@pytest.mark.parametrize("unsafe", ["short", "a" * 65, "has spaces in it", "<script>alert(1)", "-leading-dash"])
def test_unsafe_id_is_replaced(settings: Settings, unsafe: str) -> None:
    settings.TRUSTED_PROXIES = 1
    assert _answer(unsafe)[0] != unsafe


def test_log_records_carry_it() -> None:
    forget()
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "said", None, None)
    assert RequestIdFilter().filter(record)
    assert record.request_id == "-"  # type: ignore[attr-defined]
