"""Stored secrets open in their own place, with their own key, and nowhere else."""

import base64
import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from backoffice.security import encryption
from backoffice.security.encryption import DecryptionError, KeyRing, decrypt, encrypt, key_id, needs_rotation

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
CONTEXT = ("webhooks_endpoint", "custom_headers", "org_1", "row_1")
CANARY = b"canary-of-a-secret"


@given(plaintext=st.binary(max_size=300), context=st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_what_goes_in_comes_out(plaintext: bytes, context: list[str]) -> None:
    sealed = encrypt(plaintext, context=tuple(context))
    assert decrypt(sealed, context=tuple(context)) == plaintext
    assert len(plaintext) < 8 or plaintext not in sealed


def test_same_plaintext_never_gives_the_same_ciphertext() -> None:
    assert encrypt(CANARY, context=CONTEXT) != encrypt(CANARY, context=CONTEXT)


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("webhooks_endpoint", "custom_headers", "org_1", "row_2"),
        ("webhooks_endpoint", "custom_headers", "org_2", "row_1"),
        ("webhooks_endpoint", "signing_keys", "org_1", "row_1"),
        ("integrations_setting", "custom_headers", "org_1", "row_1"),
        ("webhooks_endpoint", "custom_headers", "org_1"),
        ("webhooks_endpoint", "custom_headers", "org_1", "row_1", ""),
        ("webhooks_endpoint", "custom_headers", "org_1row_1", ""),
        ("webhooks_endpointcustom_headers", "", "org_1", "row_1"),
    ],
)
def test_moved_ciphertext_does_not_open(elsewhere: tuple[str, ...]) -> None:
    with pytest.raises(DecryptionError):
        decrypt(encrypt(CANARY, context=CONTEXT), context=elsewhere)


@given(
    first=st.lists(st.text(alphabet="ab\x00", max_size=3), min_size=1, max_size=4),
    second=st.lists(st.text(alphabet="ab\x00", max_size=3), min_size=1, max_size=4),
)
def test_different_contexts_are_never_encoded_alike(first: list[str], second: list[str]) -> None:
    encode = encryption._associated_data
    assert (encode(b"", tuple(first)) == encode(b"", tuple(second))) == (first == second)


@given(data=st.data())
def test_every_flipped_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(encrypt(CANARY, context=CONTEXT))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DecryptionError):
        decrypt(bytes(sealed), context=CONTEXT)


@given(st.binary(max_size=60))
def test_foreign_bytes_raise_one_error(noise: bytes) -> None:
    with pytest.raises(DecryptionError):
        decrypt(noise, context=CONTEXT)


def test_rotation_keeps_old_rows_readable_until_the_old_key_goes(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = OLD
    sealed = encrypt(CANARY, context=CONTEXT)
    assert (key_id(sealed), needs_rotation(sealed)) == ("old", False)

    settings.ENCRYPTION_KEYS = f"{NEW},{OLD}"
    assert needs_rotation(sealed)
    renewed = encrypt(decrypt(sealed, context=CONTEXT), context=CONTEXT)
    assert (key_id(renewed), needs_rotation(renewed)) == ("new", False)

    settings.ENCRYPTION_KEYS = NEW
    assert decrypt(renewed, context=CONTEXT) == CANARY
    with pytest.raises(DecryptionError, match="'old'"):
        decrypt(sealed, context=CONTEXT)


def test_wrong_key_shows_neither_side(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.ENCRYPTION_KEYS = OLD
    sealed = encrypt(CANARY, context=CONTEXT)
    settings.ENCRYPTION_KEYS = "old:" + base64.b64encode(b"x" * 32).decode()
    with pytest.raises(DecryptionError) as caught, caplog.at_level(logging.DEBUG):
        decrypt(sealed, context=CONTEXT)
    shown = str(caught.value) + repr(caught.value) + caplog.text
    assert CANARY.decode() not in shown
    assert repr(sealed)[2:-1] not in shown
    assert caught.value.__cause__ is None


def test_a_context_is_required() -> None:
    with pytest.raises(ValueError, match="context"):
        encrypt(CANARY, context=())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "entry 1 is not of the form"),
        ("nocolon", "entry 1 is not of the form"),
        (f"{OLD},", "entry 2 is not of the form"),
        (f"bad id:{OLD}", "entry 1 is not of the form"),
        ("a:***", "'a' is not base64"),
        ("a:" + base64.b64encode(b"s" * 31).decode(), "'a' holds 31 bytes"),
        (f"{OLD},{OLD}", "'old' appears twice"),
    ],
)
def test_unusable_settings_say_what_is_wrong_and_show_no_key(text: str, complaint: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=complaint) as caught:
        KeyRing.parse(text)
    for key in text.split(","):
        assert len(key.partition(":")[2]) < 6 or key.partition(":")[2] not in str(caught.value)
