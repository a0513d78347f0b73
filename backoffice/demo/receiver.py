"""A webhook receiver that verifies signatures, remembers what arrived, and misbehaves on request.

`/hooks/ok`, `/hooks/slow?ms=500`, `/hooks/status/<code>?retry_after=5`, `/hooks/hang` and `/hooks/flaky?rate=0.3` may carry a
trailing name, as in `/hooks/ok/downtown`. `GET /received.json?since=<index>` lists the calls, `DELETE /received.json` clears
the list, `POST /secrets.json` with `{"path": "/hooks/ok/mine", "secret": "whsec_..."}` teaches it an endpoint's secret, and
`/` shows the latest calls to people. It speaks just enough HTTP/1.1 to take thousands of calls a second.
"""

import argparse
import asyncio
import contextlib
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl

import orjson

from backoffice.demo.received import Calls, Secrets, describe, page

HOST = "127.0.0.1"
BODY_LIMIT = 4 * 1024 * 1024
HEAD_LIMIT = 64 * 1024
SLOW_MS = 2000
FLAKY_RATE = 0.3
REASONS = {
    200: "OK",
    204: "No Content",
    404: "Not Found",
    410: "Gone",
    413: "Too Large",
    429: "Slow Down",
    503: "Unavailable",
}

Answer = Callable[[int, bytes, str, tuple[str, ...]], None]


class Receiver:
    """What all connections share: the calls, the secrets and the rules of the paths."""

    def __init__(self, secrets_file: Path | None = None, *, seed: int | None = None) -> None:
        self.calls = Calls()
        self.secrets = Secrets(secrets_file)
        self._chance = random.Random(seed)

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes, answer: Answer) -> None:
        """Answers now, later or never, through `answer(status, body, content type, more header lines)`."""
        path, _, query = target.partition("?")
        if path.startswith("/hooks/"):
            self._hook(path, dict(parse_qsl(query)), headers, body, answer)
        elif path == "/received.json" and method == "DELETE":
            self.calls.clear()
            answer(204, b"", "", ())
        elif path == "/received.json":
            since = dict(parse_qsl(query)).get("since", "0")
            answer(200, self.calls.as_json(int(since) if since.isdigit() else 0), "application/json", ())
        elif path == "/secrets.json" and method == "POST":
            self._learn(body, answer)
        elif path == "/":
            answer(200, page(self.calls.latest(100), self.calls.total), "text/html; charset=utf-8", ())
        else:
            answer(404, b"Not found.\n", "text/plain", ())

    def _learn(self, body: bytes, answer: Answer) -> None:
        try:
            lesson = orjson.loads(body)
            self.secrets.learn(str(lesson["path"]), str(lesson["secret"]))
        except (ValueError, KeyError, TypeError):
            answer(400, b'{"error": "Send {\\"path\\": ..., \\"secret\\": \\"whsec_...\\"}."}', "application/json", ())
        else:
            answer(204, b"", "", ())

    def _hook(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, answer: Answer) -> None:
        call = describe(path, headers, body, self.secrets)
        kind, _, rest = path.removeprefix("/hooks/").partition("/")
        more: tuple[str, ...] = ()
        delay = 0.0
        call.status = 200
        match kind:
            case "slow":
                delay = _number(query.get("ms"), SLOW_MS) / 1000
            case "status":
                code = rest.partition("/")[0]
                call.status = int(code) if code.isdigit() and 200 <= int(code) <= 599 else 404
                if "retry_after" in query:
                    more = (f"Retry-After: {_number(query['retry_after'], 0):.0f}",)
            case "hang":
                call.status = None
            case "flaky":
                call.status = 503 if self._chance.random() < _number(query.get("rate"), FLAKY_RATE) else 200
            case "ok":
                pass
            case _:
                call.status = 404
        self.calls.add(call)
        if call.status is None:
            return
        status = call.status
        if delay:
            asyncio.get_running_loop().call_later(delay, answer, status, b"{}", "application/json", more)
        else:
            answer(status, b"{}" if status != 204 else b"", "application/json", more)


def _number(text: str | None, otherwise: float) -> float:
    try:
        return max(0.0, float(text)) if text else otherwise
    except ValueError:
        return otherwise


class Connection(asyncio.Protocol):
    """One keep-alive connection; a request that comes while another waits for its answer waits in the buffer."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = bytearray()
        self._busy = False
        self._continued = False
        self._keep = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._advance()

    def _advance(self) -> None:
        while not self._busy and not self._transport.is_closing():
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > HEAD_LIMIT:
                    self._transport.close()
                return
            first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = headers.get("content-length", "0")
            parts = first.split(" ")
            if not length.isdigit() or int(length) > BODY_LIMIT or len(parts) != 3 or "transfer-encoding" in headers:
                self._keep = False
                self._answer(413, b"", "", ())
                return
            if len(self._buffer) < end + 4 + int(length):
                if headers.get("expect", "").lower() == "100-continue" and not self._continued:
                    self._continued = True
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return
            body = bytes(self._buffer[end + 4 : end + 4 + int(length)])
            del self._buffer[: end + 4 + int(length)]
            self._continued = False
            self._busy = True
            self._keep = headers.get("connection", "").lower() != "close" and parts[2] != "HTTP/1.0"
            self._receiver.handle(parts[0], parts[1], headers, body, self._answer)

    def _answer(self, status: int, body: bytes, content_type: str, more: tuple[str, ...]) -> None:
        if self._transport.is_closing():
            return
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Answer')}", f"Content-Length: {len(body)}", *more]
        if content_type:
            lines.append(f"Content-Type: {content_type}")
        if not self._keep:
            lines.append("Connection: close")
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)
        if not self._keep:
            self._transport.close()
            return
        self._busy = False
        if self._buffer:
            asyncio.get_running_loop().call_soon(self._advance)


async def serve(receiver: Receiver, port: int, *, ready: Callable[[int], None], until: asyncio.Event) -> None:
    """Listens on loopback until the event is set; `ready` is told the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(receiver), HOST, port, backlog=1024)
    ready(server.sockets[0].getsockname()[1])
    try:
        await until.wait()
    finally:
        server.close()


class ReceiverThread:
    """A receiver in a thread of the calling process, for tests: `with ReceiverThread() as receiver: receiver.url`."""

    def __init__(self, secrets_file: Path | None = None, *, port: int = 0, seed: int | None = None) -> None:
        self.receiver = Receiver(secrets_file, seed=seed)
        self.port = port
        self._listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="receiver", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._listening.wait(10):
            raise TimeoutError("The receiver does not listen.")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._until.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._until = asyncio.Event()
        await serve(self.receiver, self.port, ready=self._ready, until=self._until)

    def _ready(self, port: int) -> None:
        self.port = port
        self._listening.set()


async def _main(port: int, secrets_file: Path | None) -> None:
    until = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, until.set)
    await serve(
        Receiver(secrets_file),
        port,
        ready=lambda at: print(f"listening on http://{HOST}:{at}", flush=True),
        until=until,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="A webhook receiver that verifies signatures and misbehaves on request."
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--secrets", type=Path, help="JSON file: a path of this receiver to the list of its signing secrets"
    )
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(arguments.port, arguments.secrets))
