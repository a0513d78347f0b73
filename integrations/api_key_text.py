"""The text of a developer API key: made, told from a mistyped one, hashed for looking it up, and masked."""

import hmac
import secrets
import zlib

from django.conf import settings

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 30  # 178 random bits
_CHECKSUM_CHARACTERS = 6
LIVE_PREFIX = "hub_live_"
TEST_PREFIX = "hub_test_"


def generate(*, test: bool = False) -> str:
    """The text of a new key: prefix, random characters, and a checksum that lets a mistyped key be refused without a look-up."""
    number, characters = secrets.randbelow(len(_ALPHABET) ** _RANDOM_CHARACTERS), []
    for _index in range(_RANDOM_CHARACTERS):
        number, index = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    body = "".join(characters)
    prefix = TEST_PREFIX if test else LIVE_PREFIX
    return prefix + body + _checksum(prefix + body)


def well_formed(text: str) -> bool:
    if not text.startswith((LIVE_PREFIX, TEST_PREFIX)) or not text.isascii():
        return False
    body, checksum = text[:-_CHECKSUM_CHARACTERS], text[-_CHECKSUM_CHARACTERS:]
    return len(body) == len(LIVE_PREFIX) + _RANDOM_CHARACTERS and hmac.compare_digest(_checksum(body), checksum)


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    characters = []
    for _index in range(_CHECKSUM_CHARACTERS):
        number, index = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    return "".join(characters)


def lookup_hash(text: str) -> bytes:
    """HMAC-SHA-256 of the key under API_KEY_HASH_KEY: what is stored and searched, useless without that key."""
    return hmac.digest(settings.API_KEY_HASH_KEY.encode(), text.encode(), "sha256")


def masked(text: str) -> str:
    return f"{text[:13]}…{text[-4:]}"
