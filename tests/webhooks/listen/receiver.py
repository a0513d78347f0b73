"""A receiver on this machine that keeps what arrived and answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from backoffice.demo.server import HOST


class Receiver:
    def __init__(self, address: str) -> None:
        self.url = f"{address}/hook?from=hub"
        self.status = 204
        self.calls: list[tuple[dict[str, str], str]] = []

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.calls]


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the base class names it
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    receiver = Receiver(f"http://{HOST}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
