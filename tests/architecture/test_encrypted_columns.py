"""Every encrypted column is declared, so that a change of the encryption key reaches all of them."""

import ast
from collections import Counter
from pathlib import Path

from django.apps import apps
from django.db.models import BinaryField

from backoffice.security.encrypted_columns import encrypted_columns

ROOT = Path(__file__).parents[2]
APPS = ("backoffice", "licensing", "integrations", "webhooks")
#: What encrypts for all of them, and what encrypts them all anew.
FOR_ALL = {"backoffice/security/encryption.py", "backoffice/security/rotation.py"}
#: Columns of bytes that hold no secret, and what they hold.
PLAIN = {
    "integrations_apikey.lookup_hash": "a keyed hash",
    "webhooks_attempt.body_sha256": "a hash of what was sent",
    "webhooks_attempt.response_body": "what a receiver answered",
    "webhooks_idempotencykey.body_sha256": "a hash of what was posted",
}


def _calls(name: str) -> Counter[str]:
    """How often each module calls `name`."""
    return Counter(
        path.relative_to(ROOT).as_posix()
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and name in {getattr(node.func, "id", None), getattr(node.func, "attr", None)}
        and path.relative_to(ROOT).as_posix() not in FOR_ALL
    )


def test_every_column_of_bytes_is_declared_or_known_to_hold_no_secret() -> None:
    declared = {column.name for column in encrypted_columns()}
    found = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, BinaryField)
    }
    assert found - declared == set(PLAIN)
    assert declared <= found


def test_who_encrypts_declares_as_many_columns() -> None:
    assert _calls("encrypt") == _calls("EncryptedColumn")


def test_every_declaration_is_registered() -> None:
    assert _calls("EncryptedColumn").total() == len(encrypted_columns())
