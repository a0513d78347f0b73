"""The real demo as a process of its own, beside whatever else runs in this checkout."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from backoffice.demo import processes
from backoffice.demo.server import free_port
from backoffice.demo.servers import PostgresServer, ValkeyServer
from backoffice.demo.simulator import Answer, Api

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
STOP_SECONDS = 60
# The test session's own; the demo would use them instead of servers of its own.
NOT_HANDED_ON = {"DATABASE_URL", "REDIS_URL", "DATABASE_ROLE", "PUBLIC_URL", "HOST", "DJANGO_ALLOW_ASYNC_UNSAFE"}


@dataclass(frozen=True)
class Demo:
    """What `demo.json` says of a running demo."""

    url: str
    receiver_url: str
    users: list[dict[str, Any]]
    stores: list[dict[str, Any]]

    def password(self, email: str) -> str:
        found: str = next(user["password"] for user in self.users if user["email"] == email)
        return found

    def key(self, code: str) -> str:
        found: str = next(store["api_key"] for store in self.stores if store["code"] == code)
        return found

    def post(self, api: Api, code: str, order_id: str) -> Answer:
        """Posts a small order, opened just now, with the store's key."""
        order = {
            "id": order_id,
            "version": 1,
            "number": order_id[-4:],
            "channel": "pos",
            "status": "open",
            "currency": "USD",
            "line_items": [{"id": "li_1", "name": "Clam chowder", "quantity": "1", "unit_price": 1250}],
        }
        headers = {"Authorization": f"Bearer {self.key(code)}", "Content-Type": "application/json"}
        return api.post("/api/v1/orders", {"type": "order.opened", "order": order}, headers)

    def received(self, path: str) -> list[dict[str, Any]]:
        """The calls that one path of the receiver got."""
        with urllib.request.urlopen(f"{self.receiver_url}/received.json", timeout=10) as answer:
            return [call for call in json.load(answer) if call["path"] == path]

    def wait_for_call(self, path: str, order_id: str, *, seconds: float = 10) -> dict[str, Any]:
        """The first call about the order. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for call in self.received(path):
                if call["order_id"] == order_id:
                    return call
            time.sleep(0.05)
        raise TimeoutError(f"{path} heard nothing of {order_id} within {seconds:g} s.")

    def teach(self, path: str, secret: str) -> None:
        """Tells the receiver the signing secret of one path."""
        request = urllib.request.Request(
            f"{self.receiver_url}/secrets.json",
            json.dumps({"path": path, "secret": secret}).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=10).close()


def arrived_at(call: dict[str, Any]) -> float:
    """Unix seconds."""
    return datetime.fromisoformat(call["arrived_at"]).timestamp()


class DemoProcess:
    """`python -m backoffice.demo` without its simulator, on a free port, with its state in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / "console.log"

    def start(self, *, seconds: float = START_SECONDS) -> Demo:
        """Waits until the demo introduces itself. Raises RuntimeError with what it printed if it does not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
        environment |= {"DEMO_VAR": str(self.folder), "SIMULATOR": "off", "PORT": str(free_port())}
        with self._log.open("wb") as output:
            command = [sys.executable, "-m", "backoffice.demo"]
            self._process = processes.spawn(command, output=output, environment=environment, folder=ROOT)
        deadline = time.monotonic() + seconds
        while "Ctrl-C" not in self.printed():
            if self._process.poll() is not None or time.monotonic() > deadline:
                printed = self.printed()
                self.stop()
                raise RuntimeError(f"The demo did not start.\n{printed}")
            time.sleep(0.1)
        return Demo(**json.loads((self.folder / "demo.json").read_text()))

    def printed(self) -> str:
        return self._log.read_text(errors="replace")

    def stop(self) -> int:
        """Ends the demo and removes all it kept; returns its exit status."""
        self._process.terminate()
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            PostgresServer(self.folder / "postgres").remove()
            ValkeyServer(self.folder / "valkey").remove()
            shutil.rmtree(self.folder, ignore_errors=True)
