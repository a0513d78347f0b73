"""An endpoint's signing keys: made, rolled with an overlap during which old and new both sign, revoked and revealed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.database.identifiers import uuid7
from backoffice.security.redaction import hint
from backoffice.tenancy.audit import Actor, record
from webhooks.delivery.signing import generate_secret
from webhooks.endpoint_changes import locked, owner_of, save
from webhooks.endpoint_secrets import open_key, seal_key
from webhooks.models import Endpoint, SigningKey

DEFAULT_OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
#: Each valid key signs every call, so their number is the number of signatures a receiver has to look at.
MOST_KEYS = 5


class TooManyKeysError(Exception):
    """As many keys sign as may: one has to expire or be revoked before the next is made."""

    def __init__(self) -> None:
        super().__init__(
            _("%(most)d keys sign at the moment. Revoke an old one, then roll again.") % {"most": MOST_KEYS}
        )


class CurrentKeyError(Exception):
    """The current key cannot be revoked: without it nothing could be signed."""

    def __init__(self) -> None:
        super().__init__(_("This is the current key. Roll it without an overlap, and it stops signing at once."))


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, its secret in the clear, and until when the one before it signs (None: it stopped)."""

    key: SigningKey
    secret: str = field(repr=False)
    previous_signs_until: datetime | None


def valid(endpoint: Endpoint) -> list[SigningKey]:
    """The keys that sign now, newest first: the order in which their signatures stand."""
    now = timezone.now()
    keys = SigningKey.objects.filter(endpoint=endpoint).order_by("-id")
    return [key for key in keys if key.expires_at is None or key.expires_at > now]


def make(endpoint: Endpoint) -> tuple[SigningKey, str]:
    """A new current key, in the caller's transaction, with its secret."""
    secret, key_id = generate_secret(), uuid7()
    key = SigningKey.objects.create(
        id=key_id,
        endpoint=endpoint,
        ciphertext=seal_key(owner_id=endpoint.owner_id, key_id=key_id, secret=secret),
        hint=hint(secret),
    )
    return key, secret


@transaction.atomic
def roll(*, endpoint: Endpoint, overlap: timedelta = DEFAULT_OVERLAP, by: Actor) -> NewKey:
    """Make a new key the current one; the one before it goes on signing beside it for `overlap` (0 to 7 days).

    Without an overlap the key before it is gone at once. What has expired is deleted, so that no secret is kept longer than it
    signs. Raises TooManyKeysError, and ValueError for another overlap.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise ValueError(_("An old key signs for at most 7 days after it was rolled."))
    endpoint = locked(endpoint)
    now = timezone.now()
    endpoint.signing_keys.filter(expires_at__lte=now).delete()
    until = now + overlap if overlap else None
    current = endpoint.signing_keys.filter(expires_at__isnull=True)
    current.update(expires_at=until) if until else current.delete()
    if endpoint.signing_keys.count() >= MOST_KEYS:
        raise TooManyKeysError
    key, secret = make(endpoint)
    save(endpoint)
    changes = {"key": key.hint, "previous_signs_until": until.isoformat() if until else "now"}
    record(action="endpoint.key_rolled", by=by, **owner_of(endpoint), target=endpoint, changes=changes)
    return NewKey(key, secret, until)


@transaction.atomic
def revoke(*, key: SigningKey, by: Actor) -> None:
    """Stop an old key from signing, at once and for good. Raises CurrentKeyError; one that is gone already is no error."""
    endpoint = locked(key.endpoint)
    found = endpoint.signing_keys.filter(pk=key.pk).first()
    if found is None:
        return
    if found.expires_at is None:
        raise CurrentKeyError
    found.delete()
    save(endpoint)
    record(action="endpoint.key_revoked", by=by, **owner_of(endpoint), target=endpoint, changes={"key": key.hint})


@transaction.atomic
def reveal(*, endpoint: Endpoint, by: Actor) -> str:
    """The current secret in the clear, audited. Raises DecryptionError; SigningKey.DoesNotExist where there is none."""
    key = endpoint.signing_keys.get(expires_at__isnull=True)
    secret = open_key(key, owner_id=endpoint.owner_id)
    record(action="endpoint.secret_revealed", by=by, **owner_of(endpoint), target=endpoint)
    return secret
