import base64
import http.client
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks

from backoffice.demo.received import Calls, Secrets, describe, verify
from backoffice.demo.receiver import ReceiverThread

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@pytest.fixture
def secrets_file(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"/hooks/ok/one": [OTHER, SECRET], "/hooks/ok/two": [OTHER]}))
    return path


@pytest.fixture
def receiver(secrets_file: Path) -> Iterator[ReceiverThread]:
    with ReceiverThread(secrets_file, seed=1) as running:
        yield running


def call(
    receiver: ReceiverThread, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read(), response.headers
    finally:
        connection.close()


def received(receiver: ReceiverThread, query: str = "") -> list[dict[str, Any]]:
    status, body, _ = call(receiver, "GET", f"/received.json{query}")
    assert status == 200
    rows: list[dict[str, Any]] = json.loads(body)
    return rows


def signed(body: str, secret: str = SECRET, *, identifier: str = "evt_1") -> dict[str, str]:
    now = datetime.now(UTC)
    signature = standardwebhooks.Webhook(secret).sign(identifier, now, body)
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
        "content-type": "application/json",
    }


EVENT = json.dumps({"id": "evt_1", "type": "order.closed", "data": {"order": {"id": "ord_7"}}})


def test_a_signed_call_is_recorded_as_verified(receiver: ReceiverThread) -> None:
    before = datetime.now(UTC)
    assert call(receiver, "POST", "/hooks/ok/one", EVENT.encode(), signed(EVENT))[0] == 200
    [row] = received(receiver)
    arrived_at = row.pop("arrived_at")
    assert row == {
        "index": 0,
        "webhook_id": "evt_1",
        "event_type": "order.closed",
        "order_id": "ord_7",
        "verified": True,
        "path": "/hooks/ok/one",
        "status": 200,
    }
    assert before <= datetime.fromisoformat(arrived_at) <= datetime.now(UTC)
    assert len(arrived_at) == len("2026-01-01T00:00:00.000000Z")


@pytest.mark.parametrize(
    ("path", "secret", "sent"),
    [
        ("/hooks/ok/two", SECRET, EVENT),  # the secret of another path
        ("/hooks/ok/one", SECRET, EVENT + " "),  # another body
    ],
)
def test_a_wrong_signature_is_recorded_as_such(receiver: ReceiverThread, path: str, secret: str, sent: str) -> None:
    assert call(receiver, "POST", path, sent.encode(), signed(EVENT, secret))[0] == 200
    assert [row["verified"] for row in received(receiver)] == [False]


def test_a_path_without_secrets_is_checked_with_all(receiver: ReceiverThread) -> None:
    call(receiver, "POST", "/hooks/ok/three", EVENT.encode(), signed(EVENT))
    assert received(receiver)[0]["verified"] is True


def test_an_old_timestamp_does_not_verify() -> None:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,bad v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    body = b'{"test": 2432232314}'
    assert verify(headers, body, [key], now=1614265330 + 299)
    assert not verify(headers, body, [key], now=1614265330 + 301)
    assert not verify(headers | {"webhook-signature": "v1,bad"}, body, [key], now=1614265330)


def test_secrets_are_read_again_when_the_file_changes(receiver: ReceiverThread, secrets_file: Path) -> None:
    call(receiver, "POST", "/hooks/ok/two", EVENT.encode(), signed(EVENT))
    secrets_file.write_text(json.dumps({"/hooks/ok/two": [SECRET]}))
    time.sleep(0.6)
    call(receiver, "POST", "/hooks/ok/two", EVENT.encode(), signed(EVENT))
    assert [row["verified"] for row in received(receiver)] == [False, True]


def test_it_can_be_taught_a_secret(receiver: ReceiverThread) -> None:
    lesson = json.dumps({"path": "/hooks/ok/two", "secret": SECRET}).encode()
    assert call(receiver, "POST", "/secrets.json", lesson)[0] == 204
    assert call(receiver, "POST", "/secrets.json", b'{"path": "/hooks/ok/two", "secret": "guess"}')[0] == 400
    call(receiver, "POST", "/hooks/ok/two", EVENT.encode(), signed(EVENT))
    assert received(receiver)[0]["verified"] is True


def test_it_misbehaves_as_told(receiver: ReceiverThread) -> None:
    assert call(receiver, "POST", "/hooks/status/410/name", b"{}")[0] == 410
    status, _, headers = call(receiver, "POST", "/hooks/status/429?retry_after=7", b"{}")
    assert (status, headers["Retry-After"]) == (429, "7")
    assert call(receiver, "POST", "/hooks/nonsense", b"{}")[0] == 404
    started = time.monotonic()
    assert call(receiver, "POST", "/hooks/slow?ms=200", b"{}")[0] == 200
    assert 0.2 <= time.monotonic() - started < 2
    answers = {call(receiver, "POST", "/hooks/flaky?rate=0.5", b"{}")[0] for _ in range(40)}
    assert answers == {200, 503}
    assert {call(receiver, "POST", "/hooks/flaky?rate=0", b"{}")[0] for _ in range(20)} == {200}


def test_a_hanging_path_never_answers_and_delays_nobody(receiver: ReceiverThread) -> None:
    hanging = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=0.3)
    hanging.request("POST", "/hooks/hang/forever", b"{}")
    assert call(receiver, "POST", "/hooks/ok", b"{}")[0] == 200
    with pytest.raises(TimeoutError):
        hanging.getresponse()
    hanging.close()
    assert [row["status"] for row in received(receiver)] == [None, 200]


def test_the_list_can_be_read_in_parts_and_cleared(receiver: ReceiverThread) -> None:
    for _ in range(3):
        call(receiver, "POST", "/hooks/ok", b"not json")
    assert [row["index"] for row in received(receiver, "?since=1")] == [1, 2]
    assert call(receiver, "DELETE", "/received.json")[0] == 204
    assert received(receiver) == []


def test_the_page_shows_what_came_and_runs_nothing_of_it(receiver: ReceiverThread) -> None:
    event = json.dumps({"type": "<script>", "data": {"order": {"id": "ord_<b>"}}})
    call(receiver, "POST", "/hooks/ok", event.encode())
    status, body, _ = call(receiver, "GET", "/")
    assert status == 200
    assert b"&lt;script&gt;" in body
    assert b"<script>" not in body


def test_large_and_pipelined_requests(receiver: ReceiverThread) -> None:
    assert call(receiver, "POST", "/hooks/ok", b"x" * 1_500_000)[0] == 200
    assert call(receiver, "POST", "/hooks/ok", b"", {"content-length": "5000000"})[0] == 413
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)
    connection.connect()
    one = b"POST /hooks/slow?ms=50 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    connection.sock.sendall(one * 3)
    text = b""
    while text.count(b"HTTP/1.1 200") < 3:
        text += connection.sock.recv(4096)
    connection.close()


def test_old_calls_fall_out_and_indexes_go_on() -> None:
    calls = Calls(limit=3)
    for _ in range(5):
        calls.add(describe("/hooks/ok", {}, b"{}", Secrets()))
    assert [one.index for one in calls.since(0)] == [2, 3, 4]
    assert [one.index for one in calls.since(4)] == [4]
    assert [one.index for one in calls.latest(2)] == [4, 3]
