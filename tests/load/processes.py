"""Child processes in the foreground, ended by their own pid, and what whole trees of them cost."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from backoffice.demo import processes

ROOT = Path(__file__).resolve().parent.parent.parent
END_SECONDS = 4


class StartError(RuntimeError):
    """A process that the benchmark needs did not come up; holds the end of its log."""


class Child:
    """A process in a group of its own, so that freezing, thawing or ending it takes its children with it."""

    def __init__(self, command: Sequence[str], *, log: Path, env: Mapping[str, str]) -> None:
        self.log = log
        with log.open("ab") as out:
            self._popen = processes.spawn(command, output=out, environment={**os.environ, **env}, folder=ROOT)
        self.pid = self._popen.pid

    def require(self, ready: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Waits until `ready()`; raises `StartError` when the process ends first or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._popen.poll() is not None or time.monotonic() > deadline:
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
                raise StartError(f"{what} did not start within {seconds:g} s:\n{tail}")
            time.sleep(0.02)

    def freeze(self) -> None:
        """Stops the whole session in its tracks."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets the session go on."""
        os.killpg(self.pid, signal.SIGCONT)

    def end(self) -> None:
        """Asks the process, which knows how to end its children, and kills what is left of the group."""
        processes.end(self._popen, ((signal.SIGTERM, END_SECONDS), (signal.SIGKILL, 5)))


def tree(roots: Iterable[int]) -> list[psutil.Process]:
    """The processes under `roots`, those included, that are alive now."""
    found: dict[int, psutil.Process] = {}
    for root in roots:
        try:
            top = psutil.Process(root)
            for process in [top, *top.children(recursive=True)]:
                found[process.pid] = process
        except psutil.NoSuchProcess:
            continue
    return list(found.values())


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU seconds, user and system, of whole trees; a child that was waited for counts through its parent."""
    total = 0.0
    for process in tree(roots):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_bytes(roots: Iterable[int]) -> int:
    """Memory that the trees hold; pages that a parent shares with its children count once, so that parting with them is no growth."""
    total = 0
    for process in tree(roots):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return total


def python(*arguments: str) -> list[str]:
    """A command of the interpreter that runs us."""
    return [sys.executable, *arguments]
