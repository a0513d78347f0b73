"""The installed program as a process of its own, against the real API and a receiver that stock libraries verify for."""

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from svix.webhooks import Webhook as SvixWebhook

from backoffice.database.identifiers import uuid7, uuid7_floor
from backoffice.demo.server import free_port
from integrations import api_keys
from integrations.models import ApiKey
from tests.factories.integrations import ApiKeyFactory
from tests.factories.webhooks import OrderEventFactory
from tests.webhooks.keys import text_of
from tests.webhooks.listen.receiver import Receiver, receiving
from webhooks.listen.__main__ import main
from webhooks.models import OrderEvent

ROOT = Path(__file__).parents[3]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def key(transactional_db: None) -> ApiKey:
    made: ApiKey = ApiKeyFactory.create(scopes=["orders:read"])
    return made


@pytest.fixture
def start(live_server: Any, key: ApiKey, receiver: Receiver, tmp_path: Path) -> Iterator[Start]:
    """Starts the program with nothing of ours in its environment but the key."""
    started = []

    def run(*arguments: str, key_text: str = "", api: str = "") -> "subprocess.Popen[str]":
        program = [sys.executable, "-m", "webhooks.listen", "--api", api or f"{live_server.url}/api/v1"]
        program += ["--forward-to", receiver.url, "--state", str(tmp_path / "state" / "position.json"), *arguments]
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BACKOFFICE_API_KEY": key_text or text_of(key)}
        process = subprocess.Popen(
            program, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _event(key: ApiKey, *, seconds_ago: float, **fields: Any) -> OrderEvent:
    """As if it had been taken in then."""
    number = uuid7_floor(datetime.now(UTC) - timedelta(seconds=seconds_ago)).int | (uuid7().int & (2**62 - 1))
    made: OrderEvent = OrderEventFactory.create(store=key.store, id=type(uuid7())(int=number), **fields)
    return made


def _once(start: Start, *arguments: str, **options: str) -> tuple[int, str, str]:
    process = start("--once", *arguments, **options)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def _wait(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_forwards_signed_resumes_and_says_what_happened(start: Start, key: ApiKey, receiver: Receiver) -> None:
    first = _event(key, seconds_ago=60, order_json='{"id":"Zoë","total":1361}')
    second = _event(key, seconds_ago=50, type="order.opened")
    _event(key, seconds_ago=40, test=True)

    status, out, err = _once(start, "--since", "1h")
    assert (status, err) == (0, "")
    assert receiver.ids == [first.public_id, second.public_id]
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", out)
    assert secret
    for headers, body in receiver.calls:
        Webhook(secret[0]).verify(body, headers)
        SvixWebhook(secret[0]).verify(body, headers)
    assert json.loads(receiver.calls[0][1])["data"]["order"] == {"id": "Zoë", "total": 1361}
    lines = out.splitlines()
    assert re.fullmatch(rf"\d\d:\d\d:\d\d  order.closed +Zoë  {first.public_id}  -> 204 in \d+ ms", lines[2]), out
    assert len(lines) == 4

    assert _once(start)[0] == 0
    assert len(receiver.calls) == 2

    _event(key, seconds_ago=6, type="order.voided")
    closed = _event(key, seconds_ago=5)
    receiver.status = 500
    status, out, _err = _once(start, "--types", "order.closed,order.refunded")
    assert (status, receiver.ids[2:]) == (1, [closed.public_id])
    assert secret[0] in out
    assert "-> 500 in" in out


def test_follows_until_it_is_stopped(start: Start, key: ApiKey, receiver: Receiver) -> None:
    process = start()
    assert process.stdout
    process.stdout.readline()
    process.stdout.readline()
    event = _event(key, seconds_ago=0)
    _wait(lambda: bool(receiver.calls))
    assert receiver.ids == [event.public_id]
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "goes on from here" in out


def test_exit_codes(start: Start, key: ApiKey) -> None:
    assert _once(start, "--since", "yesterday")[0] == 2
    assert _once(start, "--secret", "hunter2")[0] == 2
    status, _out, err = _once(start, api=f"http://127.0.0.1:{free_port()}")
    assert (status, err) == (4, "The API cannot be reached: connection refused: nothing listens there.\n")
    writer = text_of(ApiKeyFactory.create(store=key.store, scopes=["orders:write"]))
    status, _out, err = _once(start, key_text=writer)
    assert status == 3
    assert "orders:read" in err
    for torn in ("hub_live_torn\nin_two", "hub_live_covered…"):
        assert _once(start, key_text=torn) == (3, "", "The API key holds characters that none has. Copy it again.\n")
    api_keys.revoke(key=key, by=None)
    status, out, err = _once(start)
    assert (status, out) == (3, "")
    assert err == "The API does not know this key: it is mistyped, revoked or expired.\n"


def test_what_is_wrong_is_named(start: Start, live_server: Any, tmp_path: Path) -> None:
    status, _out, err = _once(start, "--types", "order.eaten")
    assert status == 3
    assert "type: This must be one of: 'order.opened', " in err
    status, out, err = _once(start, api=live_server.url)
    assert (status, out) == (3, "")
    assert err == "What answers at this address is not the developer API. It answered 404.\n"
    for file, why in ((tmp_path, "Is a directory"), (Path("/dev/null/state"), "Not a directory")):
        status, out, err = _once(start, "--state", str(file))
        assert (status, out) == (5, "")
        assert err == f"{file} cannot be read: {why}. Name another file with --state.\n"
    (tmp_path / "torn").write_bytes(b"\xff\xfe")
    assert _once(start, "--state", str(tmp_path / "torn"))[0] == 5


def test_it_is_installed_with_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _colon, function = project["scripts"]["backoffice-listen"].partition(":")
    assert getattr(importlib.import_module(module), function) is main


def test_it_knows_nothing_of_django() -> None:
    """It starts at once, and where there are no settings."""
    script = "import sys, webhooks.listen.__main__; print('django' in sys.modules)"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
