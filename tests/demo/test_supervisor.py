import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backoffice.demo import processes
from backoffice.demo.supervisor import Program, Supervisor, run_once

ENVIRONMENT = dict(os.environ)


def program(name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code], ENVIRONMENT)


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path / "log", folder=tmp_path)


def turn_until(supervisor: Supervisor, condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        supervisor.turn(0.05)
        supervisor._restart_what_died()


def test_lines_go_to_the_log_and_shortened_to_the_console(
    supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log" / "talker.log"
    supervisor.start(program("talker", "import time; print('x' * 500, flush=True); time.sleep(60)"))
    turn_until(supervisor, lambda: log.read_bytes().endswith(b"\n"))
    supervisor.stop()
    assert log.read_text() == "x" * 500 + "\n"
    assert capsys.readouterr().out == "   talker | " + "x" * 159 + "…\n"


def test_a_program_that_dies_is_started_again_after_a_growing_pause(supervisor: Supervisor, tmp_path: Path) -> None:
    one = program("dying", "raise SystemExit(3)")
    supervisor.start(one)
    turn_until(supervisor, lambda: one.crashes == 3)
    assert one.restart_at is not None
    assert 1.5 < one.restart_at - time.monotonic() <= 2.0
    supervisor.stop()


def test_a_killed_program_comes_back(supervisor: Supervisor) -> None:
    one = program("killed", "import time; time.sleep(60)")
    supervisor.start(one)
    first = one.process
    assert first is not None
    first.kill()
    turn_until(supervisor, lambda: one.process is not first)
    assert one.process is not None
    assert one.process.poll() is None
    supervisor.stop()


def test_stop_leaves_nothing_behind_not_even_grandchildren_that_ignore_it(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    code = (
        "import subprocess, sys, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-c',"
        " 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)'])\n"
        "pathlib.Path('child').write_text(str(child.pid)); time.sleep(60)"
    )
    one = program("parent", code)
    supervisor.start(one)
    written = tmp_path / "child"
    turn_until(supervisor, lambda: written.is_file() and written.read_text() != "")
    child = int(written.read_text())
    assert processes.is_running(child)
    supervisor.stop()
    deadline = time.monotonic() + 5
    while processes.is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes.is_running(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run(supervisor: Supervisor, number: signal.Signals) -> None:
    supervisor.start(program("running", "import time; time.sleep(60)"))
    threading.Timer(0.3, os.kill, (os.getpid(), number)).start()
    started = time.monotonic()
    supervisor.run()
    supervisor.stop()
    assert time.monotonic() - started < 10


def test_a_step_that_fails_shows_the_end_of_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('what went wrong'); raise SystemExit(4)"]
    with pytest.raises(RuntimeError, match=r"(?s)status 4.*what went wrong"):
        run_once(command, ENVIRONMENT, log=tmp_path / "step.log", folder=tmp_path)
