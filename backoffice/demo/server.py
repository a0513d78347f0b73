"""The life of one real server as a foreground child on loopback: start, stop, kill, and what a crash left behind."""

import abc
import json
import os
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from backoffice.demo import processes

HOST = "127.0.0.1"
START_SECONDS = 60.0
# A killed postmaster's children need a moment to let go of its shared memory.
LEFTOVER_SECONDS = 20.0


class ServerError(RuntimeError):
    """A server that did not start; the message ends with its last log lines."""


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server can listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


class Server(abc.ABC):
    """The life of one server: `folder` keeps its port, its generated passwords (mode 0600) and, if reachable, its data.

    The port stays the same from start to start while it is free, so that addresses given out go on working.
    """

    name: str
    escalation: processes.Escalation

    def __init__(self, folder: Path, *, port: int | None = None, log: Path | None = None) -> None:
        self.folder = folder
        self.port = port
        self.log = log or folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._fixed_port = port is not None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Returns when the server answers queries. Raises ServerError with the log's end when it does not."""
        if self.running:
            return
        self._prepare()
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while True:
            try:
                self._launch()
                break
            except ServerError:
                if time.monotonic() > deadline or not self._is_leftover_trouble():
                    raise
                time.sleep(0.3)
        self._after_start()

    def stop(self) -> None:
        """Ends it in good order; a server that does not run is no error."""
        if self.process is not None:
            processes.end(self.process, self.escalation)
            self.process = None

    def kill(self) -> None:
        """Kill -9, reaped: what a crash looks like."""
        if self.process is not None:
            processes.end(self.process, ((signal.SIGKILL, 10.0),))
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def password(self, role: str) -> str:
        """The generated password of a role, made at first use."""
        path = self.folder / "passwords.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            written = path.with_suffix(".new")
            written.unlink(missing_ok=True)
            with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(known, file)
            written.replace(path)
        return known[role]

    def _launch(self) -> None:
        port = self._choose_port()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._log_start = self.log.stat().st_size if self.log.is_file() else 0
        with self.log.open("ab") as output:
            self.process = self._spawn(port, output.fileno())
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"{self.name} did not start on {HOST}:{port}.\n{self._log_end()}")
            time.sleep(0.03)

    def _choose_port(self) -> int:
        if self._fixed_port and self.port is not None:
            return self.port
        remembered = self.folder / "port"
        port = self.port or (int(remembered.read_text()) if remembered.is_file() else free_port())
        self.port = port if is_free(port) else free_port()
        remembered.write_text(str(self.port))
        return self.port

    def _log_end(self) -> str:
        lines = self.log.read_bytes()[self._log_start :].decode(errors="replace").splitlines()
        return "\n".join(lines[-15:])

    def _is_leftover_trouble(self) -> bool:
        """Whether what the log says can pass when a killed predecessor is gone entirely."""
        text = self._log_end()
        return any(sign in text for sign in ("shared memory block", "postmaster.pid", "Address already in use"))

    @abc.abstractmethod
    def _prepare(self) -> None: ...

    @abc.abstractmethod
    def _spawn(self, port: int, output: int) -> subprocess.Popen[bytes]: ...

    @abc.abstractmethod
    def _answers(self) -> bool: ...

    def _after_start(self) -> None:
        return

    @abc.abstractmethod
    def remove(self) -> None:
        """Deletes everything of a stopped server."""
