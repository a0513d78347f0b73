"""An endpoint's signing secrets and custom headers: sealed for their row alone, opened where they are used."""

import json
import uuid
from collections.abc import Mapping

from backoffice.security.encrypted_columns import EncryptedColumn
from backoffice.security.encryption import decrypt, encrypt
from webhooks.models import Endpoint, SigningKey

Headers = Mapping[str, str]


def _key_context(owner_id: uuid.UUID, key_id: uuid.UUID) -> tuple[str, ...]:
    return ("webhooks_signingkey", "ciphertext", str(owner_id), str(key_id))


def _headers_context(endpoint: Endpoint) -> tuple[str, ...]:
    return ("webhooks_endpoint", "headers_ciphertext", str(endpoint.owner_id), str(endpoint.pk))


KEY_COLUMN = EncryptedColumn(
    SigningKey, "ciphertext", lambda key: _key_context(key.endpoint.owner_id, key.pk), ("endpoint",)
)
HEADERS_COLUMN = EncryptedColumn(Endpoint, "headers_ciphertext", _headers_context)


def seal_key(*, owner_id: uuid.UUID, key_id: uuid.UUID, secret: str) -> bytes:
    return encrypt(secret.encode(), context=_key_context(owner_id, key_id))


def open_key(key: SigningKey, *, owner_id: uuid.UUID) -> str:
    """The secret, `whsec_...`. Raises DecryptionError."""
    return decrypt(bytes(key.ciphertext), context=_key_context(owner_id, key.pk)).decode()


def seal_headers(endpoint: Endpoint, headers: Headers) -> bytes | None:
    return encrypt(json.dumps(dict(headers)).encode(), context=_headers_context(endpoint)) if headers else None


def open_headers(endpoint: Endpoint) -> dict[str, str]:
    """The custom headers with their values. Raises DecryptionError."""
    if endpoint.headers_ciphertext is None:
        return {}
    headers: dict[str, str] = json.loads(
        decrypt(bytes(endpoint.headers_ciphertext), context=_headers_context(endpoint))
    )
    return headers
