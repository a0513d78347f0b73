"""What the receiver keeps of each call, and how it checks a Standard Webhooks signature."""

import base64
import binascii
import hashlib
import hmac
import html
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson

KEPT_CALLS = 100_000
TOLERANCE_SECONDS = 300
PREFIX = "whsec_"


@dataclass(slots=True)
class Call:
    """One call: `status` is what it was answered, None where the receiver left it hanging."""

    index: int
    webhook_id: str
    event_type: str | None
    order_id: str | None
    verified: bool
    arrived_at: str
    path: str
    status: int | None = None


class Calls:
    """The latest calls in order of arrival; indexes go on counting when old ones fall out."""

    def __init__(self, limit: int = KEPT_CALLS) -> None:
        self.total = 0
        self._kept: deque[Call] = deque(maxlen=limit)

    def add(self, call: Call) -> None:
        call.index = self.total
        self.total += 1
        self._kept.append(call)

    def clear(self) -> None:
        """Forgets the calls; the next one has index 0 again."""
        self.total = 0
        self._kept.clear()

    def since(self, index: int) -> list[Call]:
        """The kept calls from this index on."""
        first = self.total - len(self._kept)
        return list(islice(self._kept, max(0, index - first), None))

    def latest(self, count: int) -> list[Call]:
        """The newest first."""
        return self.since(self.total - count)[::-1]

    def as_json(self, since: int) -> bytes:
        return orjson.dumps(self.since(since))


class Secrets:
    """Signing secrets by path, from a JSON file `{path: [secret, ...]}` that is read again when it changes.

    A path without secrets of its own is checked with all of them.
    """

    CHECK_SECONDS = 0.5

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._checked_at = 0.0
        self._from_file: dict[str, list[bytes]] = {}
        self._learned: dict[str, list[bytes]] = {}

    def learn(self, path: str, secret: str) -> None:
        """Adds a secret until the receiver ends. Raises ValueError for what is no secret."""
        if not path.startswith("/hooks/"):
            raise ValueError("A path starts with /hooks/.")
        self._learned.setdefault(path, []).append(decode(secret))

    def candidates(self, path: str) -> list[bytes]:
        self._refresh()
        own = self._from_file.get(path, []) + self._learned.get(path, [])
        return own or [key for keys in (*self._from_file.values(), *self._learned.values()) for key in keys]

    def _refresh(self) -> None:
        now = time.monotonic()
        if self._file is None or now - self._checked_at < self.CHECK_SECONDS:
            return
        self._checked_at = now
        try:
            status = self._file.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp != self._stamp:
                listed: dict[str, list[str]] = orjson.loads(self._file.read_bytes())
                self._from_file = {path: [decode(secret) for secret in secrets] for path, secrets in listed.items()}
                self._stamp = stamp
        except (OSError, ValueError, AttributeError, TypeError):
            # Not written yet, or just being written: the next look finds it.
            return


def decode(secret: str) -> bytes:
    """The key bytes of a `whsec_` secret. Raises ValueError."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"A secret starts with {PREFIX}.")
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("A secret is base64 after its prefix.") from error


def verify(headers: dict[str, str], body: bytes, keys: list[bytes], *, now: float) -> bool:
    """Whether one of the signatures was made with one of the keys, at most five minutes from `now` (Unix seconds)."""
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identifier or not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    content = f"{identifier}.{timestamp}.".encode() + body
    given = [part[3:].encode() for part in headers.get("webhook-signature", "").split(" ") if part.startswith("v1,")]
    expected = [base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()) for key in keys]
    return any(hmac.compare_digest(one, other) for one in given for other in expected)


def describe(path: str, headers: dict[str, str], body: bytes, secrets: Secrets) -> Call:
    """A call as it arrived now; a body that is no webhook has neither type nor order."""
    arrived_at = datetime.now(UTC)
    try:
        event = orjson.loads(body)
        event_type, order_id = event.get("type"), ((event.get("data") or {}).get("order") or {}).get("id")
    except (ValueError, AttributeError):
        event_type = order_id = None
    return Call(
        index=0,
        webhook_id=headers.get("webhook-id", ""),
        event_type=event_type,
        order_id=order_id,
        verified=verify(headers, body, secrets.candidates(path), now=arrived_at.timestamp()),
        arrived_at=arrived_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        path=path,
    )


def page(calls: list[Call], total: int) -> bytes:
    """The latest calls as a page that loads itself again every two seconds."""
    rows = "".join(
        f"<tr><td>{call.index}<td>{call.arrived_at}<td>{html.escape(call.path)}<td>{html.escape(str(call.event_type or ''))}"
        f"<td>{html.escape(str(call.order_id or ''))}<td>{html.escape(call.webhook_id)}"
        f"<td>{'verified' if call.verified else '<b>not verified</b>'}<td>{call.status or 'left hanging'}"
        for call in calls
    )
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>Webhook receiver</title>
<style>body{{font:15px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}}table{{border-collapse:collapse}}
td,th{{padding:.25rem .75rem;border-bottom:1px solid #8885;text-align:start;font-variant-numeric:tabular-nums}}b{{color:#d6336c}}</style>
<h1>Webhook receiver</h1><p>{total} calls since it started or was cleared; the latest {len(calls)} below.
<a href="/received.json">All as JSON</a></p><table><tr><th>#<th>Arrived<th>Path<th>Event<th>Order<th>Webhook id<th>Signature<th>Answer
{rows}</table></html>""".encode()
