"""Encryption of stored secrets: authenticated, bound to the row they belong to, under keys that can be rotated."""

import base64
import binascii
import os
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORMAT_VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class DecryptionError(Exception):
    """A stored secret cannot be read: its key is gone, it was altered, or it stands in a row it was not made for.

    The message names the key id at most. Neither ciphertext nor plaintext is ever part of it.
    """


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys in use by id, the current one apart: it encrypts, all of them decrypt."""

    current: str
    ciphers: dict[str, AESGCM]

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read `id:base64,id2:base64`, the current key first; raises ImproperlyConfigured without quoting a key."""
        ciphers: dict[str, AESGCM] = {}
        for position, entry in enumerate(text.split(","), start=1):
            name, separator, encoded = entry.strip().partition(":")
            if not separator or not _KEY_ID.fullmatch(name):
                raise ImproperlyConfigured(
                    f"ENCRYPTION_KEYS: entry {position} is not of the form id:base64, "
                    "with an id of 1 to 32 letters, digits, _ or -."
                )
            if name in ciphers:
                raise ImproperlyConfigured(f"ENCRYPTION_KEYS: the id {name!r} appears twice. Give each key its own.")
            ciphers[name] = AESGCM(_decode_key(name, encoded))
        return cls(current=next(iter(ciphers)), ciphers=ciphers)


def _decode_key(name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"ENCRYPTION_KEYS: the key {name!r} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"ENCRYPTION_KEYS: the key {name!r} holds {len(key)} bytes. "
            f"Generate {KEY_BYTES} random bytes and encode them in base64."
        )
    return key


# Keyed by the setting's text, so that a changed setting (a rotation, a test) takes effect without a cache to clear.
_parse_once = lru_cache(maxsize=4)(KeyRing.parse)


def key_ring() -> KeyRing:
    """The key ring of this process's settings."""
    return _parse_once(settings.ENCRYPTION_KEYS)


def encrypt(plaintext: bytes, *, context: tuple[str, ...]) -> bytes:
    """Encrypt under the current key. `context` (table, field, tenant, row) is not stored: decryption must repeat it.

    Layout: format version (1 byte), key id length (1), key id, nonce (12), AES-256-GCM ciphertext and tag.
    """
    ring = key_ring()
    header = _header(ring.current)
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + ring.ciphers[ring.current].encrypt(nonce, plaintext, _associated_data(header, context))


def decrypt(ciphertext: bytes, *, context: tuple[str, ...]) -> bytes:
    """The plaintext; raises DecryptionError when the key, the context or a single bit is not what encryption used."""
    name = key_id(ciphertext)
    cipher = key_ring().ciphers.get(name)
    if cipher is None:
        raise DecryptionError(f"This secret was encrypted with the key {name!r}, which ENCRYPTION_KEYS does not hold.")
    header = _header(name)
    nonce, sealed = ciphertext[len(header) : len(header) + NONCE_BYTES], ciphertext[len(header) + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, sealed, _associated_data(header, context))
    except InvalidTag:
        raise DecryptionError(
            f"This secret does not open with the key {name!r} in this place: it was altered or moved, or the key differs."
        ) from None


def key_id(ciphertext: bytes) -> str:
    """The id of the key that made `ciphertext`; raises DecryptionError when it is no ciphertext of ours."""
    if len(ciphertext) < 2 or ciphertext[0] != FORMAT_VERSION:
        raise DecryptionError("This is not a secret encrypted by this product.")
    end = 2 + ciphertext[1]
    if len(ciphertext) < end + NONCE_BYTES + TAG_BYTES:
        raise DecryptionError("This encrypted secret is cut short.")
    name = bytes(ciphertext[2:end]).decode("ascii", errors="replace")
    if not _KEY_ID.fullmatch(name):
        raise DecryptionError("This is not a secret encrypted by this product.")
    return name


def needs_rotation(ciphertext: bytes) -> bool:
    """Whether `ciphertext` was made with any key but the current one, so that rotation knows what is left to do."""
    return key_id(ciphertext) != key_ring().current


def _header(name: str) -> bytes:
    return bytes((FORMAT_VERSION, len(name))) + name.encode("ascii")


def _associated_data(header: bytes, context: tuple[str, ...]) -> bytes:
    """Every part with its length before it, so that no two contexts share one encoding; the header is bound in as well."""
    if not context:
        raise ValueError("An encrypted value needs a context: table, field, tenant and row.")
    parts = [part.encode() for part in context]
    return header + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
