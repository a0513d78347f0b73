"""Making, finding, showing, rolling and revoking developer API keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.database.identifiers import uuid7
from backoffice.database.rows import columns, instance
from backoffice.database.statements import run
from backoffice.security.encrypted_columns import EncryptedColumn
from backoffice.security.encryption import decrypt, encrypt
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization, Store
from integrations.api_key_text import generate, lookup_hash, masked, well_formed
from integrations.models import ApiKey
from integrations.models.api_key import every_scope


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, with its text, which is not kept in the clear."""

    row: ApiKey
    text: str


_USABLE_KEY = f"""
    SELECT {columns(ApiKey, "(found.key)")}, {columns(Store, "(found.store)")}, found.licensed
    FROM integrations_usable_key(%(hash)s, %(now)s) AS found
"""  # noqa: S608  # column names of our own models


def authenticate(text: str) -> ApiKey | None:
    """The usable key with this text, with its store (None of an organization's key, see `open_store`).

    None for unknown, malformed, revoked and expired keys alike. One statement, never cached: a key that is revoked, and a license that is lost, count at the next call.
    """
    if not well_formed(text):
        return None
    rows = run(_USABLE_KEY, {"hash": lookup_hash(text), "now": timezone.now()})
    if not rows:
        return None
    (row,) = rows
    key, end = instance(ApiKey, row)
    store, end = instance(Store, row, end)
    if key.store_id:
        key.store, key.hub_licensed = store, row[end]
    return key


_STORE = f"""
    SELECT {columns(Store, "(found.store)")}, found.licensed FROM integrations_open_store(%(key)s, %(code)s) AS found
"""  # noqa: S608  # column names of our own models


def open_store(key: ApiKey, code: str) -> Store | None:
    """The store with this code, if the organization's key opens it; None for those it does not open and for none at all alike.

    One statement, never cached. It notes with the key whether it may be used there: the store has the hub, and the organization
    the level that keys of its own belong to.
    """
    rows = run(_STORE, {"key": key.pk, "code": code})
    if not rows:
        return None
    store, end = instance(Store, rows[0])
    key.hub_licensed = rows[0][end]
    return store


def _context(owner_id: UUID, pk: UUID) -> tuple[str, ...]:
    return ("integrations_apikey", "ciphertext", str(owner_id), str(pk))


def _context_of(key: ApiKey) -> tuple[str, ...]:
    return _context(key.store_id or key.organization_id, key.pk)


#: Empty once the key's store has ended.
COLUMN = EncryptedColumn(ApiKey, "ciphertext", _context_of)


@dataclass(frozen=True, slots=True)
class Secret:
    """The text of a key to be, and what is stored of it."""

    pk: UUID
    text: str
    lookup_hash: bytes
    masked: str
    ciphertext: bytes


def new_secret(owner_id: UUID, *, test: bool = False) -> Secret:
    """A new one. The owner is the key's store or, of a key without one, its organization."""
    pk, text = uuid7(), generate(test=test)
    return Secret(pk, text, lookup_hash(text), masked(text), encrypt(text.encode(), context=_context(owner_id, pk)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a key is asked to be. `stores` are those that an organization's key opens; None: every one, those to come as well."""

    name: str
    scopes: Sequence[str] = tuple(every_scope())
    expires_at: datetime | None = None
    addresses: Sequence[str] = ()
    stores: Sequence[Store] | None = None


def _unsaved(organization_id: UUID, store: Store | None, wishes: Wishes, by: User | None, *, test: bool) -> NewKey:
    made = new_secret(store.pk if store else organization_id, test=test)
    row = ApiKey(
        pk=made.pk,
        organization_id=organization_id,
        store=store,
        test=test,
        lookup_hash=made.lookup_hash,
        masked=made.masked,
        ciphertext=made.ciphertext,
        created_by=by,
    )
    _apply(row, wishes)
    return NewKey(row, made.text)


def _apply(row: ApiKey, wishes: Wishes) -> None:
    row.name, row.expires_at = wishes.name, wishes.expires_at
    row.scopes = [scope for scope in every_scope() if scope in wishes.scopes]
    row.addresses = list(wishes.addresses)
    row.every_store = row.store_id is None and wishes.stores is None


def _shown(key: ApiKey, stores: Sequence[str]) -> dict[str, Any]:
    """What an audit row says of a key; of the organization's, with the codes of the stores chosen for it."""
    shown: dict[str, Any] = {
        "name": key.name,
        "scopes": list(key.scopes),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "addresses": list(key.addresses),
    }
    return shown if key.store_id else shown | {"every_store": key.every_store, "stores": list(stores)}


def create(*, store: Store, name: str, by: User | None, test: bool = False, scopes: list[str] | None = None) -> NewKey:
    """Make a key for the store that may do everything, or what `scopes` say."""
    wishes = Wishes(name=name) if scopes is None else Wishes(name=name, scopes=scopes)
    return create_as(store=store, wishes=wishes, by=by, test=test)


@transaction.atomic
def create_as(*, store: Store, wishes: Wishes, by: User | None, test: bool = False) -> NewKey:
    """Make a key for the store as wished."""
    made = _unsaved(store.organization_id, store, wishes, by, test=test)
    made.row.save(force_insert=True)
    changes = {"test": test, **_shown(made.row, ())}
    record(action="api_key.created", by=by, store=store, target=made.row, changes=changes)
    return made


@transaction.atomic
def create_for_organization(
    *, organization: Organization, wishes: Wishes, by: User | None, test: bool = False
) -> NewKey:
    """Make a key that opens every store of the organization, or those in `wishes`."""
    made = _unsaved(organization.pk, None, wishes, by, test=test)
    made.row.save(force_insert=True)
    changes = {"test": test, **_shown(made.row, _choose(made.row, wishes))}
    record(action="api_key.created", by=by, organization=organization, target=made.row, changes=changes)
    return made


@transaction.atomic
def change(*, key: ApiKey, wishes: Wishes, by: User | None) -> ApiKey:
    """Give a key another name, other scopes, expiry, addresses or stores; what it may do changes with its next call."""
    locked = _locked(key)
    before = _shown(locked, _codes(locked))
    _apply(locked, wishes)
    locked.save(update_fields=["name", "scopes", "expires_at", "addresses", "every_store"])
    after = _shown(locked, () if locked.store_id else _choose(locked, wishes))
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        _record("api_key.changed", locked, by, changes)
    return locked


def _choose(key: ApiKey, wishes: Wishes) -> list[str]:
    """The stores that are not the organization's own are never among them."""
    chosen = [store for store in wishes.stores or () if store.organization_id == key.organization_id]
    key.chosen_stores.set(chosen)
    return sorted(store.code for store in chosen)


def _codes(key: ApiKey) -> list[str]:
    return sorted(key.chosen_stores.values_list("code", flat=True)) if key.store_id is None else []


def _locked(key: ApiKey) -> ApiKey:
    return ApiKey.objects.select_for_update(of=("self",)).select_related("store", "organization").get(pk=key.pk)


def _record(action: str, key: ApiKey, by: User | None, changes: dict[str, Any] | None = None) -> None:
    record(action=action, by=by, organization=key.organization, store=key.store, target=key, changes=changes)


@transaction.atomic
def reveal(*, key: ApiKey, by: User) -> str:
    """The key's text, for someone who has just signed in again; the reading is audited."""
    _record("api_key.revealed", key, by)
    return text_of(key)


def text_of(key: ApiKey) -> str:
    """The key's text, for calls that we make with it ourselves and never to be shown. Raises DecryptionError."""
    return decrypt(bytes(key.ciphertext), context=_context_of(key)).decode()


@transaction.atomic
def roll(*, key: ApiKey, overlap: timedelta, by: User | None) -> NewKey:
    """Make a new key in place of this one, which goes on working for `overlap` (0 to 7 days).

    The new one is as the old one was, and ends when that was to end.
    """
    if not timedelta(0) <= overlap <= timedelta(days=7):
        raise ValueError("An old key works for at most 7 days after it was rolled.")
    locked = _locked(key)
    stores = None if locked.store_id or locked.every_store else list(locked.chosen_stores.all())
    wishes = Wishes(
        name=locked.name,
        scopes=locked.scopes,
        expires_at=locked.expires_at,
        addresses=locked.addresses,
        stores=stores,
    )
    if locked.store is not None:
        new = create_as(store=locked.store, wishes=wishes, by=by, test=locked.test)
    else:
        new = create_for_organization(organization=locked.organization, wishes=wishes, by=by, test=locked.test)
    if locked.requests_per_minute is not None:
        new.row.requests_per_minute = locked.requests_per_minute
        new.row.save(update_fields=["requests_per_minute"])
    until = timezone.now() + overlap
    locked.expires_at = min(locked.expires_at, until) if locked.expires_at else until
    locked.save(update_fields=["expires_at"])
    changes = {"works_until": locked.expires_at.isoformat(), "replaced_by": str(new.row.pk)}
    _record("api_key.rolled", locked, by, changes)
    return new


@transaction.atomic
def revoke(*, key: ApiKey, by: User | None) -> None:
    """Stop the key at once; calls with it answer 401 from the next on."""
    changed = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    if changed:
        _record("api_key.revoked", key, by)


@transaction.atomic
def set_limit(*, key: ApiKey, requests_per_minute: int | None, by: User | None) -> None:
    """Let the key make so many requests a minute, from its next call on; None is what every key may make."""
    locked = _locked(key)
    before = locked.requests_per_minute
    if before != requests_per_minute:
        locked.requests_per_minute = requests_per_minute
        locked.save(update_fields=["requests_per_minute"])
        _record("api_key.limit_set", locked, by, {"requests_per_minute": [before, requests_per_minute]})
