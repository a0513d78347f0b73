"""Signatures against published vectors, stock verifiers and secrets that are no secrets."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import standardwebhooks
import svix
from hypothesis import given
from hypothesis import strategies as st

from webhooks.delivery import signing

VECTORS = [
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1649367553,
        b'{"email":"test@example.com","username":"test_user"}',
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
]


@pytest.mark.parametrize(("secret", "message_id", "timestamp", "body", "expected"), VECTORS)
def test_published_vectors(secret: str, message_id: str, timestamp: int, body: bytes, expected: str) -> None:
    assert signing.sign(secret, message_id=message_id, timestamp=timestamp, body=body) == expected


def headers(secrets: list[str], body: bytes) -> dict[str, str]:
    timestamp = int(datetime.now(UTC).timestamp())
    signature = signing.signature_header(secrets, message_id="evt_1", timestamp=timestamp, body=body)
    return {"webhook-id": "evt_1", "webhook-timestamp": str(timestamp), "webhook-signature": signature}


@pytest.mark.parametrize("verifier", [standardwebhooks.Webhook, svix.Webhook])
@pytest.mark.parametrize("position", [0, 1])
def test_stock_verifiers_accept_each_secret_of_a_rotation(verifier: type, position: int) -> None:
    secrets = [signing.generate_secret(), signing.generate_secret()]
    body = json.dumps({"total": 1250, "note": "Käse"}).encode()
    verifier(secrets[position]).verify(body, headers(secrets, body))


@pytest.mark.parametrize("verifier", [standardwebhooks.Webhook, svix.Webhook])
def test_stock_verifiers_refuse_another_body_or_secret(verifier: type) -> None:
    secret = signing.generate_secret()
    refused = (standardwebhooks.WebhookVerificationError, svix.webhooks.WebhookVerificationError)
    with pytest.raises(refused):
        verifier(secret).verify(b'{"total": 1}', headers([secret], b'{"total": 2}'))
    with pytest.raises(refused):
        verifier(signing.generate_secret()).verify(b"{}", headers([secret], b"{}"))


@given(body=st.binary(max_size=200), timestamp=st.integers(0, 2**33))
def test_header_holds_one_signature_a_secret_in_order(body: bytes, timestamp: int) -> None:
    secrets = [VECTORS[0][0], VECTORS[1][0]]
    header = signing.signature_header(secrets, message_id="evt_1", timestamp=timestamp, body=body)
    assert header.split(" ") == [
        signing.sign(secret, message_id="evt_1", timestamp=timestamp, body=body) for secret in secrets
    ]


def test_generated_secrets_differ_and_hold_32_bytes() -> None:
    first, second = signing.generate_secret(), signing.generate_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(signing.decode_secret(first)) == 32


@pytest.mark.parametrize(
    ("secret", "complaint"),
    [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "does not start with whsec_"),
        ("whsec_not*base64", "not base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "not base64"),
        ("whsec_Käse", "not base64"),
        ("whsec_", "holds 0 bytes"),
        ("whsec_" + base64.b64encode(b"k" * 23).decode(), "holds 23 bytes"),
        ("whsec_" + base64.b64encode(b"k" * 65).decode(), "holds 65 bytes"),
    ],
)
def test_bad_secret_says_what_is_wrong_and_stays_secret(secret: str, complaint: str) -> None:
    with pytest.raises(signing.InvalidSecretError, match=complaint) as caught:
        signing.sign(secret, message_id="evt_1", timestamp=1, body=b"")
    hidden = secret.removeprefix("whsec_")
    assert not hidden or hidden not in str(caught.value)


def test_no_secret_at_all_is_an_error_not_an_unsigned_call() -> None:
    with pytest.raises(signing.InvalidSecretError, match="no signing secret"):
        signing.signature_header([], message_id="evt_1", timestamp=1, body=b"")


def test_id_with_a_dot_is_refused() -> None:
    with pytest.raises(ValueError, match="dot"):
        signing.sign(VECTORS[0][0], message_id="evt.1", timestamp=1, body=b"")


@pytest.mark.parametrize("module", ["signing", "backoff"])
def test_pure_modules_do_not_import_django(module: str) -> None:
    code = f"import sys, webhooks.delivery.{module}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
