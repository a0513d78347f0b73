"""The web server that both systems run under, with the same workers, threads and keep-alive."""

import socket
from collections.abc import Mapping
from pathlib import Path

from backoffice.demo.server import free_port
from tests.load.processes import Child, python
from tests.load.system import WEB_THREADS, WEB_WORKERS


class WebServer:
    """Gunicorn with threads: its plain workers close the connection after every answer."""

    def __init__(self, application: str, log: Path, env: Mapping[str, str]) -> None:
        self.port = free_port()
        log.unlink(missing_ok=True)
        command = python("-m", "gunicorn", application, f"--bind=127.0.0.1:{self.port}", "--worker-class=gthread")
        command += [f"--workers={WEB_WORKERS}", f"--threads={WEB_THREADS}", "--keep-alive=60", "--no-control-socket"]
        self._child = Child(command, log=log, env=env)
        self._child.require(self._answers, seconds=30, what=application)
        self.pid = self._child.pid

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def end(self) -> None:
        """Ends the server and its workers."""
        self._child.end()

    def _answers(self) -> bool:
        """Whether a worker has booted and answers; gunicorn itself listens earlier than that."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return bool(connection.recv(1))
        except OSError:
            return False
