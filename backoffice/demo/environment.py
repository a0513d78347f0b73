"""What the demo's programs find in their environment, with secrets made at the first start and kept under var/."""

import base64
import json
import os
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

from backoffice.demo.server import HOST

ROOT = Path(__file__).resolve().parents[2]
# Elsewhere for a second demo beside the first: tests have one of their own.
VAR = Path(os.environ.get("DEMO_VAR") or ROOT / "var").resolve()
SECRETS = VAR / "demo-secrets.json"
RECEIVER_SECRETS = VAR / "receiver-secrets.json"
DESCRIPTION = VAR / "demo.json"
LOGS = VAR / "log"
LOOPBACK = "127.0.0.0/8,::1/128"
DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are. Each role's database address; with a database of our own servers they log in apart."""

    host: str
    port: int
    receiver_port: int
    owner: dict[str, str] = field(repr=False)
    web: dict[str, str] = field(repr=False)
    worker: dict[str, str] = field(repr=False)
    redis_url: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://{HOST if self.host in {'0.0.0.0', '::'} else self.host}:{self.port}"  # noqa: S104 - compared

    @property
    def receiver_url(self) -> str:
        return f"http://{HOST}:{self.receiver_port}"


def kept_secrets() -> dict[str, str]:
    """The demo's own keys; the same at every start, or stored secrets could not be read again."""
    if SECRETS.is_file():
        known: dict[str, str] = json.loads(SECRETS.read_text())
        return known
    made = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ENCRYPTION_KEYS": "demo1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "API_KEY_HASH_KEY": secrets.token_urlsafe(32),
    }
    write_private(SECRETS, made)
    return made


def write_private(path: Path, content: object) -> None:
    """Writes JSON that only we can read, in one step: readers see the old file or the new one."""
    written = path.with_name(f".{path.name}.new")
    written.unlink(missing_ok=True)
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    written.replace(path)


def merge_receiver_secrets(secrets_by_path: dict[str, list[str]]) -> None:
    """Tells the receiver the signing secrets of its paths; those of other paths stay."""
    known: dict[str, list[str]] = json.loads(RECEIVER_SECRETS.read_text()) if RECEIVER_SECRETS.is_file() else {}
    write_private(RECEIVER_SECRETS, known | secrets_by_path)


def environment(addresses: Addresses, database: dict[str, str]) -> dict[str, str]:
    """For one program: everything of ours, then that program's way into the database."""
    return {
        **os.environ,
        "PUBLIC_URL": os.environ.get("PUBLIC_URL", addresses.url),
        **kept_secrets(),
        "ENVIRONMENT": "development",
        "OUTBOUND_OPEN_NETWORKS": LOOPBACK,
        "REDIS_URL": addresses.redis_url,
        "PYTHONUNBUFFERED": "1",
        # A line for each request and each attempt would bury what the console is for.
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        **database,
    }


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]
