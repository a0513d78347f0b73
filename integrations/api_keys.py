"""Making, finding, showing, rolling and revoking developer API keys."""

import hmac
import ipaddress
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.database.identifiers import uuid7
from backoffice.database.rows import columns, instance
from backoffice.database.statements import run
from backoffice.security.encryption import decrypt, encrypt
from backoffice.tenancy.audit import record, record_each
from backoffice.tenancy.models import Store
from integrations.models import ApiKey
from integrations.models.api_key import every_scope
from licensing.entitlements import has_hub_sql

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 30  # 178 random bits
_CHECKSUM_CHARACTERS = 6
_LAST_USED_EVERY = timedelta(minutes=1)
LIVE_PREFIX = "hub_live_"
TEST_PREFIX = "hub_test_"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, with its text, which is not kept in the clear."""

    row: ApiKey
    text: str


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


_USABLE_KEY = f"""
    SELECT {columns(ApiKey, "k")}, {columns(Store, "s")}, {has_hub_sql("s.id")}
    FROM integrations_apikey k
    JOIN tenancy_store s ON s.id = k.store_id
    WHERE k.lookup_hash = %(hash)s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %(now)s)
"""  # noqa: S608  # column names of our own models


def authenticate(text: str) -> ApiKey | None:
    """The usable key with this text, with its store; None for unknown, malformed, revoked and expired alike.

    One statement, never cached: a key that is revoked, and a license that is lost, count at the next call.
    """
    if not well_formed(text):
        return None
    rows = run(_USABLE_KEY, {"hash": lookup_hash(text), "now": timezone.now()})
    if not rows:
        return None
    (row,) = rows
    key, end = instance(ApiKey, row)
    key.store, end = instance(Store, row, end)
    key.hub_licensed = row[end]
    return key


def allowed_from(key: ApiKey, address: str) -> bool:
    """Whether the key's address list, if it has one, holds this address."""
    if not key.addresses:
        return True
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(client in ipaddress.ip_network(network, strict=False) for network in key.addresses)


def mark_used(key: ApiKey, address: str) -> None:
    """Note the use, at most once a minute a key."""
    now = timezone.now()
    if key.last_used_at and now - key.last_used_at < _LAST_USED_EVERY:
        return
    ApiKey.objects.filter(Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _LAST_USED_EVERY), pk=key.pk).update(
        last_used_at=now, last_used_address=address or None
    )


def _context(key: ApiKey) -> tuple[str, ...]:
    return ("integrations_apikey", "ciphertext", str(key.store_id), str(key.pk))


def _unsaved(store: Store, name: str, by: User | None, *, test: bool, scopes: list[str] | None) -> NewKey:
    text = generate(test=test)
    row = ApiKey(
        pk=uuid7(),
        organization_id=store.organization_id,
        store=store,
        name=name,
        test=test,
        scopes=scopes if scopes is not None else every_scope(),
        lookup_hash=lookup_hash(text),
        masked=f"{text[:13]}…{text[-4:]}",
        created_by=by,
    )
    row.ciphertext = encrypt(text.encode(), context=_context(row))
    return NewKey(row, text)


@transaction.atomic
def create(*, store: Store, name: str, by: User | None, test: bool = False, scopes: list[str] | None = None) -> NewKey:
    """Make a key for the store."""
    made = _unsaved(store, name, by, test=test, scopes=scopes)
    made.row.save(force_insert=True)
    record(action="api_key.created", by=by, store=store, target=made.row, changes={"name": name, "test": test})
    return made


@transaction.atomic
def reveal(*, key: ApiKey, by: User) -> str:
    """The key's text, for someone who has just signed in again; the reading is audited."""
    record(action="api_key.revealed", by=by, store=key.store, target=key)
    return decrypt(bytes(key.ciphertext), context=_context(key)).decode()


@transaction.atomic
def roll(*, key: ApiKey, overlap: timedelta, by: User | None) -> NewKey:
    """Make a new key in place of this one, which goes on working for `overlap` (0 to 7 days)."""
    if not timedelta(0) <= overlap <= timedelta(days=7):
        raise ValueError("An old key works for at most 7 days after it was rolled.")
    locked = ApiKey.objects.select_for_update().select_related("store").get(pk=key.pk)
    new = create(store=locked.store, name=locked.name, by=by, test=locked.test, scopes=locked.scopes)
    now = timezone.now()
    until = now + overlap
    locked.expires_at = min(locked.expires_at, until) if locked.expires_at else until
    locked.save(update_fields=["expires_at"])
    record(
        action="api_key.rolled",
        by=by,
        store=locked.store,
        target=locked,
        changes={"works_until": locked.expires_at.isoformat(), "replaced_by": str(new.row.pk)},
    )
    return new


@transaction.atomic
def revoke(*, key: ApiKey, by: User | None) -> None:
    """Stop the key at once; calls with it answer 401 from the next on."""
    changed = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    if changed:
        record(action="api_key.revoked", by=by, store=key.store, target=key)


_INSERT_KEYS = """
    INSERT INTO integrations_apikey (
        id, organization_id, store_id, lookup_hash, ciphertext, masked, name, test, scopes, addresses, created_at, created_by_id
    )
    SELECT each.*, %(name)s, FALSE, %(scopes)s, '{}', statement_timestamp(), %(by)s
    FROM unnest(
        %(ids)s::uuid[], %(organizations)s::uuid[], %(stores)s::uuid[], %(hashes)s::bytea[], %(ciphertexts)s::bytea[],
        %(masked)s::text[]
    ) AS each
"""


def create_first_keys(stores: Sequence[Store], by: User | None) -> None:
    """A store gets its first key when its hub is first licensed; thousands of stores get theirs in three statements."""
    having = set(ApiKey.objects.filter(store__in=stores).values_list("store_id", flat=True))
    name = _("First key")
    made = [_unsaved(store, name, by, test=False, scopes=None).row for store in stores if store.pk not in having]
    if not made:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_KEYS,
            {
                "name": name,
                "scopes": every_scope(),
                "by": by.pk if by else None,
                "ids": [row.pk for row in made],
                "organizations": [row.organization_id for row in made],
                "stores": [row.store_id for row in made],
                "hashes": [bytes(row.lookup_hash) for row in made],
                "ciphertexts": [bytes(row.ciphertext) for row in made],
                "masked": [row.masked for row in made],
            },
        )
    changes = {"name": name, "test": False}
    record_each(action="api_key.created", by=by, rows=[(row, row.store) for row in made], changes=changes)
