"""What one call gives back, from receivers that behave and receivers that do not."""

from pathlib import Path

import pytest

from backoffice.outbound.one_shot import send
from backoffice.outbound.request import BODY_LIMIT, ErrorCode, OutboundRequest, OutboundResult, explain
from tests.outbound.conftest import LOOPBACK
from tests.outbound.server import Receiver


def call(receiver: Receiver, path: str, **given: object) -> OutboundResult:
    request = OutboundRequest(receiver.url(path), **{"timeout_seconds": 5, **given})  # type: ignore[arg-type]
    return send(request, open_networks=LOOPBACK)


def test_request_arrives_as_given_and_the_answer_comes_back(receiver: Receiver) -> None:
    result = call(
        receiver,
        "/ok/a/../b?c=d",
        body=b'{"total": 1}',
        headers=(("Content-Type", "application/json"), ("webhook-id", "evt_1"), ("X-Empty", ""), ("X-Name", "Käse")),
    )
    assert (result.status, result.error, result.error_detail, result.body) == (200, None, "", b"ok")
    assert dict(result.headers)["X-Answer"] == "yes"
    assert result.remote_address == "127.0.0.1"
    assert result.succeeded
    assert 0 < result.timings.total_ms < 5000
    assert result.timings.tls_ms == 0
    [arrived] = receiver.received
    assert arrived.line == "POST /ok/a/../b?c=d HTTP/1.1"
    assert arrived.body == b'{"total": 1}'
    assert arrived.headers == [
        ("Host", f"127.0.0.1:{receiver.port}"),
        ("User-Agent", "Backoffice-Webhooks/1"),
        ("Accept", "*/*"),
        ("Content-Type", "application/json"),
        ("webhook-id", "evt_1"),
        ("X-Empty", ""),
        ("X-Name", "Käse"),
        ("Content-Length", "12"),
    ]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_methods(receiver: Receiver, method: str) -> None:
    body = b"" if method == "GET" else b"abc"
    assert call(receiver, "/ok", method=method, body=body).status == 200
    assert receiver.received[0].line == f"{method} /ok HTTP/1.1"
    assert receiver.received[0].body == body
    assert receiver.received[0].header("Content-Type") is None


def test_large_body_is_sent_at_once_without_asking_first(receiver: Receiver) -> None:
    assert call(receiver, "/ok", body=b"b" * 2_000_000).status == 200
    assert len(receiver.received[0].body) == 2_000_000
    assert receiver.received[0].header("Expect") is None


@pytest.mark.parametrize("status", [201, 204, 302, 404, 410, 429, 500, 503])
def test_every_status_is_an_answer_not_an_error(receiver: Receiver, status: int) -> None:
    result = call(receiver, f"/status/{status}")
    assert (result.status, result.error) == (status, None)
    assert result.succeeded == (status < 300)
    assert dict(result.headers)["Retry-After"] == "7"


def test_redirect_is_not_followed(receiver: Receiver) -> None:
    result = call(receiver, "/redirect")
    assert (result.status, result.error) == (302, None)
    assert [request.line for request in receiver.received] == ["POST /redirect HTTP/1.1"]


def test_headers_are_those_of_the_final_answer(receiver: Receiver) -> None:
    result = call(receiver, "/interim")
    assert result.status == 200
    assert [name for name, _value in result.headers] == ["Content-Length", "X-Answer"]


@pytest.mark.parametrize(
    ("path", "error", "status"),
    [
        ("/reset", ErrorCode.connect, None),
        ("/garbage", ErrorCode.protocol, None),
        ("/short", ErrorCode.protocol, 200),
    ],
)
def test_broken_answers_have_a_code_and_words(
    receiver: Receiver, path: str, error: ErrorCode, status: int | None
) -> None:
    result = call(receiver, path)
    assert (result.error, result.status) == (error, status)
    assert result.error_detail.endswith(".")
    assert not result.succeeded


@pytest.mark.parametrize("path", ["/hang", "/trickle", "/slow/3"])
def test_the_total_time_is_a_limit_whatever_the_receiver_does(receiver: Receiver, path: str) -> None:
    result = call(receiver, path, timeout_seconds=0.5)
    assert result.error is ErrorCode.timeout
    assert 450 <= result.timings.total_ms < 2000


def test_nobody_listening(receiver: Receiver) -> None:
    receiver.stop()
    result = call(receiver, "/ok")
    assert (result.error, result.status) == (ErrorCode.connect, None)
    assert "No connection" in result.error_detail


def test_body_a_little_too_long_is_cut_and_no_error(receiver: Receiver) -> None:
    result = call(receiver, "/big/40000")
    assert (result.status, result.error, len(result.body)) == (200, None, BODY_LIMIT)


def test_huge_body_is_cut_off_and_the_status_kept(receiver: Receiver) -> None:
    result = call(receiver, "/big/10000000000")
    assert (result.status, result.error) == (200, ErrorCode.response_too_large)
    assert result.body == b"a" * BODY_LIMIT
    assert result.succeeded
    assert "16 kB" in result.error_detail


def test_decompression_bomb_stays_compressed(receiver: Receiver) -> None:
    result = call(receiver, "/bomb")
    assert (result.status, result.error) == (200, None)
    assert result.body.startswith(b"\x1f\x8b")
    assert len(result.body) <= BODY_LIMIT
    assert receiver.received[0].header("Accept-Encoding") is None


def test_many_headers_are_cut_and_very_many_end_the_call(receiver: Receiver) -> None:
    some = call(receiver, "/many-headers/200")
    assert (some.status, some.error) == (200, None)
    assert 90 <= len(some.headers) <= 100
    flood = call(receiver, "/many-headers/2000")
    assert (flood.status, flood.error) == (200, ErrorCode.response_too_large)
    assert len(flood.headers) <= 100


@pytest.mark.parametrize(
    ("headers", "complaint"),
    [
        ((("X-A", "b\r\nX-Injected: c"),), "control character"),
        ((("X-A", "b\nX-Injected: c"),), "control character"),
        ((("X-A", "b"), ("X-B", "c\x00d")), "control character"),
        ((("X-A\r\nX-Injected", "b"),), "not a valid header name"),
        ((("X A", "b"),), "not a valid header name"),
        ((("", "b"),), "not a valid header name"),
        ((("Näme", "b"),), "not a valid header name"),
        ((("Host", "internal"),), "belongs to the connection"),
        ((("content-length", "5"),), "belongs to the connection"),
        ((("Transfer-Encoding", "chunked"),), "belongs to the connection"),
        ((("Connection", "close"),), "belongs to the connection"),
        ((("X-A", "\ud800"),), ""),
    ],
)
def test_bad_header_is_a_result_and_nothing_is_sent(
    receiver: Receiver, headers: tuple[tuple[str, str], ...], complaint: str
) -> None:
    result = call(receiver, "/ok", headers=headers)
    assert result.error is ErrorCode.invalid_request
    assert complaint in result.error_detail
    assert receiver.connections == 0


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "post", "POST /x HTTP/1.1\r\nA: b", ""])
def test_method_we_do_not_send(receiver: Receiver, method: str) -> None:
    assert call(receiver, "/ok", method=method).error is ErrorCode.invalid_request
    assert receiver.connections == 0


@pytest.mark.parametrize("url", ["", "hooks", "ftp://127.0.0.1/", "https://a b/", "https://u:p@hooks.example.com/"])
def test_bad_url_is_a_result(url: str) -> None:
    assert send(OutboundRequest(url), open_networks=LOOPBACK).error is ErrorCode.invalid_request


def test_certificate_nobody_vouches_for_is_refused(secure_receiver: Receiver) -> None:
    result = call(secure_receiver, "/ok")
    assert (result.error, result.status) == (ErrorCode.tls, None)
    assert "certificate" in result.error_detail
    assert secure_receiver.received == []


def test_trusted_certificate_is_accepted_and_its_time_measured(secure_receiver: Receiver, certificate: Path) -> None:
    request = OutboundRequest(secure_receiver.url("/ok"))
    result = send(request, open_networks=LOOPBACK, ca_file=str(certificate))
    assert (result.status, result.error) == (200, None)
    assert result.timings.tls_ms > 0


def test_certificate_of_another_name_is_refused(secure_receiver: Receiver, certificate: Path) -> None:
    request = OutboundRequest(secure_receiver.url("/ok", host="localhost"))
    result = send(request, open_networks=LOOPBACK, ca_file=str(certificate))
    assert result.error is ErrorCode.tls


def test_environment_cannot_reroute_a_call(receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert call(receiver, "/ok").status == 200
    assert receiver.received[0].header("Authorization") is None


def test_every_code_has_an_explanation() -> None:
    explanations = {explain(code) for code in ErrorCode}
    assert len(explanations) == len(ErrorCode)


def test_a_caller_that_needs_more_of_the_body_gets_it(receiver: Receiver) -> None:
    result = call(receiver, "/big/400000", body_limit=1_000_000)
    assert (result.status, result.error, len(result.body)) == (200, None, 400_000)
    cut = call(receiver, "/big/10000000000", body_limit=200_000)
    assert (cut.error, len(cut.body)) == (ErrorCode.response_too_large, 200_000)
    assert "195 kB" in cut.error_detail
