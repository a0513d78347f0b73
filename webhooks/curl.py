"""One attempt as a curl command: the very bytes and headers that were sent, but for secrets, which the log does not hold."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from backoffice.security.redaction import MASK

#: A longer body is kept out of the command: shells and pages have their limits.
LONGEST_INLINE = 8_000
REPLACE = "REPLACE-WITH-THE-VALUE"
BODY_FILE = "webhook.json"


@dataclass(frozen=True, slots=True)
class Curl:
    """`masked`: it holds a place for a secret. `by_file`: it reads the body from `BODY_FILE`."""

    command: str
    masked: bool
    by_file: bool


def sent_body(body: bytes, body_sha256: bytes) -> bool:
    """Whether this is what the attempt carried."""
    return sha256(body).digest() == bytes(body_sha256)


def curl(url: str, headers: Sequence[tuple[str, str]], body: bytes) -> Curl:
    """For a POSIX shell. The signature is that of the attempt, and right for exactly these bytes."""
    masked = [name for name, value in headers if MASK in value]
    by_file = len(body) > LONGEST_INLINE
    parts = [f"curl --request POST {shlex.quote(url)}"]
    for name, value in headers:
        parts.append(f"--header {shlex.quote(f'{name}: {REPLACE if name in masked else value}')}")
    parts.append(f"--data-binary {f'@{BODY_FILE}' if by_file else shlex.quote(body.decode())}")
    return Curl(" \\\n  ".join(parts), bool(masked), by_file)
