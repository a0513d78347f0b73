"""Sending somebody to a service and knowing them when they come back: state and code verifier, for one session and one use."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.security.address_guard import RefusedURL, check_url, parse_networks
from backoffice.security.encrypted_columns import EncryptedColumn
from backoffice.security.encryption import decrypt, encrypt
from backoffice.tenancy.transactions import across_tenants
from integrations.contract import NeedsAttention, OAuth
from integrations.models import AUTHORIZATION_LIFETIME, Integration, PendingAuthorization


@dataclass(frozen=True, slots=True)
class Returned:
    """Somebody who came back as expected: for which integration, and the verifier that proves that we sent them.

    `version` is that of the settings with which they were sent.
    """

    integration: Integration
    verifier: str = field(repr=False)
    version: int | None = None


def redirect_uri() -> str:
    """One for every provider; it is what is registered at each service."""
    return settings.PUBLIC_URL + reverse("integrations:oauth_callback")


def forget_old(now: datetime) -> None:
    """Whoever went to a service and did not come back in time cannot any more."""
    PendingAuthorization.objects.filter(begun_at__lt=now - AUTHORIZATION_LIFETIME).delete()


@transaction.atomic
def begin(*, integration: Integration, oauth: OAuth, user: User, session_key: str) -> str:
    """The address at the service to which `user` goes from this session. Raises NeedsAttention where that is no good address.

    What the same user began before for this integration no longer counts.
    """
    address = _checked(oauth.authorize_url)
    state, verifier = token_urlsafe(32), token_urlsafe(64)
    PendingAuthorization.objects.filter(integration=integration, user=user).delete()
    known = _digest(state)
    PendingAuthorization.objects.create(
        integration=integration,
        user=user,
        state_sha256=known,
        session_sha256=_digest(session_key),
        verifier=encrypt(verifier.encode(), context=_context(integration, known)),
        version=integration.version,
    )
    parameters = [
        ("response_type", "code"),
        ("client_id", oauth.client_id),
        ("redirect_uri", redirect_uri()),
        *([("scope", " ".join(oauth.scopes))] if oauth.scopes else []),
        ("state", state),
        ("code_challenge", urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()),
        ("code_challenge_method", "S256"),
        *oauth.extra,
    ]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"


def claim(*, state: str, user: User, session_key: str) -> Returned | None:
    """What was begun with this state by this user in this session, if it is still in time; nobody can claim it again."""
    since = timezone.now() - AUTHORIZATION_LIFETIME
    with across_tenants("The state tells whose authorization comes back."):
        pending = (
            PendingAuthorization.objects.select_for_update(of=("self",))
            .select_related("integration__store__organization")
            .filter(state_sha256=_digest(state), user=user, session_sha256=_digest(session_key), begun_at__gte=since)
            .first()
        )
        if pending is None:
            return None
        clear = decrypt(bytes(pending.verifier), context=_context(pending.integration, pending.state_sha256))
        pending.delete()
        return Returned(pending.integration, clear.decode(), pending.version)


def _checked(address: str) -> str:
    try:
        return check_url(address, parse_networks(settings.OUTBOUND_OPEN_NETWORKS)).url
    except RefusedURL as refused:
        raise NeedsAttention(_("The service's address is not one to go to. %(why)s") % {"why": refused}) from refused


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _context(integration: Integration, state_sha256: str) -> tuple[str, ...]:
    return ("integrations_pendingauthorization", "verifier", str(integration.pk), state_sha256)


COLUMN = EncryptedColumn(
    PendingAuthorization,
    "verifier",
    lambda pending: _context(pending.integration, pending.state_sha256),
    ("integration",),
)
