"""Keeps the demo's programs running: their logs, their restarts, and an end that leaves nothing behind."""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from backoffice.demo import processes
from backoffice.demo.server import Server, ServerError

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0
# A program that ran this long was healthy: its next crash counts as the first.
HEALTHY_SECONDS = 30.0
STOP_SECONDS = 20.0
LINE_WIDTH = 160
LOG_BYTES = 20 * 1024 * 1024


@dataclass(slots=True)
class Program:
    """One program to keep running. `quiet` keeps its lines out of the console; they are in its log all the same."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    quiet: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    crashes: int = 0
    restart_at: float | None = None
    log: IO[bytes] | None = None
    rest: bytes = field(default=b"", repr=False)


class Supervisor:
    """Runs in one thread: it forks, and forking is safe only while no other thread holds a lock."""

    def __init__(self, logs: Path, *, folder: Path, servers: Sequence[Server] = ()) -> None:
        self.programs: list[Program] = []
        self._logs, self._folder, self._servers = logs, folder, servers
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, program: Program) -> None:
        """Starts the program and keeps it running from now on."""
        path = self._logs / f"{program.name}.log"
        if path.is_file() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        program.log = path.open("ab", buffering=0)
        self.programs.append(program)
        self._spawn(program)

    def run(self) -> None:
        """Returns after SIGTERM, SIGINT or SIGHUP, when everything has stopped."""
        with self._signals():
            while not self._stopping:
                self.turn(0.25)
                self._restart_what_died()

    def stop(self) -> None:
        """Stops the programs, the last started first, and kills those that do not end within STOP_SECONDS."""
        for program in reversed(self.programs):
            if program.process is not None and program.process.poll() is None:
                program.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(self._runs(program) for program in self.programs):
            self.turn(0.05)
        for program in self.programs:
            if program.process is not None:
                if self._runs(program):
                    self.say(program.name, f"does not end within {STOP_SECONDS:.0f} seconds; killed")
                processes.end(program.process, ((signal.SIGKILL, 5.0),))
            self._read(program)
            if program.log is not None:
                program.log.close()
        self.programs.clear()

    def say(self, name: str, text: str) -> None:
        """One line on the console."""
        line = text if len(text) <= LINE_WIDTH else text[: LINE_WIDTH - 1] + "…"
        with contextlib.suppress(BrokenPipeError):
            print(f"{name:>9} | {line}", flush=True)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

        def remember(*_: object) -> None:
            self._stopping = True

        before = {number: signal.signal(number, remember) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @staticmethod
    def _runs(program: Program) -> bool:
        return program.process is not None and program.process.poll() is None

    def _spawn(self, program: Program) -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        try:
            program.process = processes.spawn(
                program.command, output=writing, environment=program.environment, folder=self._folder
            )
        finally:
            os.close(writing)
        program.started_at, program.restart_at, program.rest = time.monotonic(), None, b""
        self._selector.register(reading, selectors.EVENT_READ, program)

    def turn(self, seconds: float) -> None:
        """Waits for output and writes it where it belongs."""
        for key, _ in self._selector.select(seconds):
            data = os.read(key.fd, 65536)
            self._write(key.data, data)
            if not data:
                self._selector.unregister(key.fd)
                os.close(key.fd)

    def _read(self, program: Program) -> None:
        """Takes what is left in the pipe of a program that has ended, and closes it."""
        for key in [key for key in self._selector.get_map().values() if key.data is program]:
            with contextlib.suppress(BlockingIOError):
                while data := os.read(key.fd, 65536):
                    self._write(program, data)
            self._selector.unregister(key.fd)
            os.close(key.fd)

    def _write(self, program: Program, data: bytes) -> None:
        if program.log is not None and data:
            program.log.write(data)
        *lines, program.rest = (program.rest + data).split(b"\n")
        if not program.quiet:
            for line in lines:
                if text := line.decode(errors="replace").strip():
                    self.say(program.name, text)

    def _restart_what_died(self) -> None:
        now = time.monotonic()
        for server in self._servers:
            if not server.running and not self._stopping:
                self.say(server.name, "ended; starting it again")
                try:
                    server.start()
                except ServerError as error:
                    self.say(server.name, str(error).splitlines()[-1])
        for program in self.programs:
            if program.restart_at is not None and now >= program.restart_at:
                self._spawn(program)
            elif program.restart_at is None and program.process is not None and program.process.poll() is not None:
                self._plan_restart(program, now)

    def _plan_restart(self, program: Program, now: float) -> None:
        assert program.process is not None  # noqa: S101 - narrows the type
        processes.kill_group(program.process)
        self._read(program)
        program.crashes = 1 if now - program.started_at > HEALTHY_SECONDS else program.crashes + 1
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (program.crashes - 1))
        program.restart_at = now + pause
        status = program.process.returncode
        self.say(
            program.name,
            f"ended with {status}; again in {pause:.1f} s (its log: {self._logs / (program.name + '.log')})",
        )


def run_once(command: Sequence[str], environment: Mapping[str, str], *, log: Path, folder: Path) -> None:
    """Runs a command to its end. Raises RuntimeError with the end of its log when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = processes.spawn(command, output=output, environment=environment, folder=folder)
        try:
            status = process.wait()
        except BaseException:
            processes.end(process)
            raise
    if status:
        lines = log.read_text(errors="replace").splitlines()[-20:]
        raise RuntimeError("\n".join([f"{' '.join(command)} failed with status {status}:", *lines]))
