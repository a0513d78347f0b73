"""Child processes in groups of their own that end with their parent, and what is left of those whose parent was killed."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from backoffice.demo.unprivileged import Identity

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

# What to send and how many seconds to wait for it, until the process has ended.
Escalation = Sequence[tuple[signal.Signals, float]]
GENTLE: Escalation = ((signal.SIGTERM, 20), (signal.SIGKILL, 5))


def _signal_when_parent_dies(number: signal.Signals) -> Callable[[], None] | None:
    """Asks the kernel to end the child with its parent, also after a kill -9 of the parent; Linux alone can."""
    if _libc is None:
        return None
    prctl = _libc.prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)

    return ask


def spawn(
    command: Sequence[str],
    *,
    output: int | IO[bytes],
    identity: Identity | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | str | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts `command` in its own process group, both outputs to `output`, as `identity` where we are root."""
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        cwd=folder,
        process_group=0,
        user=identity.uid if identity else None,
        group=identity.gid if identity else None,
        extra_groups=[] if identity else None,
        preexec_fn=_signal_when_parent_dies(death_signal),  # noqa: PLW1509 - one system call, looked up before the fork
    )


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of the group of a process that has ended; nothing left is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def end(process: subprocess.Popen[bytes], escalation: Escalation = GENTLE) -> int:
    """Ends the process step by step and reaps it, then kills what is left of its group.

    The steps address the process alone, since it is the one that knows how to end its own children well.
    Returns its exit status, negative for the signal that ended it.
    """
    for number, seconds in escalation:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        raise TimeoutError(f"Process {process.pid} ({process.args!r}) does not end.")
    kill_group(process)
    return int(process.returncode)


def command_of(pid: int) -> str:
    """The command line of a process, empty for one that is gone, is dead and not reaped, or cannot be looked at."""
    if not Path("/proc/self/cmdline").is_file():
        listing = ["ps", "-p", str(pid), "-o", "command="]
        return subprocess.run(listing, capture_output=True, text=True, check=False).stdout.strip()
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def is_running(pid: int) -> bool:
    """Whether the process runs; a dead one waiting for its parent is reaped if that is us, and counts as gone."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def end_stranger(pid: int, escalation: Escalation = GENTLE) -> None:
    """Ends a process that is not our child: one left behind by a parent that was killed."""
    for number, seconds in escalation:
        if not is_running(pid):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and is_running(pid):
            time.sleep(0.05)
    if is_running(pid):
        raise TimeoutError(f"Process {pid} ({command_of(pid)}) does not end.")
