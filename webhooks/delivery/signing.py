"""Standard Webhooks signatures (v1, HMAC-SHA256), and the secrets they are made with."""

import base64
import binascii
import hmac
import secrets as random_source
from collections.abc import Sequence

SECRET_PREFIX = "whsec_"  # noqa: S105 - the public prefix of every secret, not one of them
VERSION = "v1"
NEW_SECRET_BYTES = 32
SHORTEST_SECRET_BYTES = 24
LONGEST_SECRET_BYTES = 64


class InvalidSecretError(ValueError):
    """A signing secret that cannot be used; the message says what is wrong and never holds the secret."""


def generate_secret() -> str:
    """A new secret in the form receivers' libraries expect: `whsec_` and the base64 of 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(random_source.token_bytes(NEW_SECRET_BYTES)).decode("ascii")


def decode_secret(secret: str) -> bytes:
    """The key inside `secret`; raises InvalidSecretError, so that a poisoned row fails with a reason instead of a trace."""
    if not secret.startswith(SECRET_PREFIX):
        raise InvalidSecretError(f"The signing secret does not start with {SECRET_PREFIX}.")
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidSecretError(f"What follows {SECRET_PREFIX} in the signing secret is not base64.") from None
    if not SHORTEST_SECRET_BYTES <= len(key) <= LONGEST_SECRET_BYTES:
        raise InvalidSecretError(
            f"The signing secret holds {len(key)} bytes; "
            f"it must hold {SHORTEST_SECRET_BYTES} to {LONGEST_SECRET_BYTES}, base64-encoded."
        )
    return key


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """One `v1,<base64>` signature. `timestamp` is in Unix seconds and must be the one sent beside it.

    A dot in `message_id` would let one signature stand for two messages, since dots join the signed parts.
    """
    if "." in message_id:
        raise ValueError("A webhook id must not contain a dot: the signed content is joined with dots.")
    signed = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
    digest = hmac.digest(decode_secret(secret), signed, "sha256")
    return f"{VERSION},{base64.b64encode(digest).decode('ascii')}"


def signature_header(secrets: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` value: one signature for each valid secret, so that receivers may rotate at leisure."""
    if not secrets:
        raise InvalidSecretError("The endpoint has no signing secret.")
    return " ".join(sign(secret, message_id=message_id, timestamp=timestamp, body=body) for secret in secrets)
