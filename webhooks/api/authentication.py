"""Who calls: the API key in a header, the address it comes from, and what the key may do."""

import ipaddress
import logging
from typing import cast

from django.conf import settings
from django.db import Error
from django.http import HttpRequest
from django.utils.translation import gettext as _

from backoffice.tenancy.audit import KeyActor
from backoffice.tenancy.models import Store
from integrations import api_key_use, api_keys
from integrations.api_key_text import LIVE_PREFIX, TEST_PREFIX
from integrations.models import ApiKey
from integrations.models.api_key import Scope
from webhooks.api.problems import ProblemCode, ProblemError

logger = logging.getLogger(__name__)

#: Names, by its code, the store that a call with an organization's key is for.
STORE_HEADER = "x-store"
REALM = 'Bearer realm="Developer API"'
_QUERY_NAMES = frozenset(("apikey", "api_key", "api-key", "key", "access_token", "token"))
_KEY_PREFIXES = (LIVE_PREFIX, TEST_PREFIX)


class ApiRequest(HttpRequest):
    """A request that a valid key made; `store` is the key's, or the one that `check_store` found for an organization's key."""

    api_key: ApiKey
    store: Store


def client_address(request: HttpRequest) -> str:
    """The address the call comes from; "" where it cannot be known.

    `X-Forwarded-For` counts only as far as TRUSTED_PROXIES says: that many entries from its end were written by our own proxies.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        text = hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def authenticate(request: HttpRequest) -> ApiRequest:
    """The request with its key and store. Raises ProblemError 400 or 401.

    Unknown, revoked, expired, malformed and absent keys are told apart neither by the answer nor in a log.
    """
    _refuse_key_in_query(request)
    text = _presented_key(request)
    key = api_keys.authenticate(text) if text else None
    if key is None:
        raise ProblemError(
            ProblemCode.UNAUTHENTICATED,
            _("Send a developer API key in the header “Authorization: Bearer …”, or “apikey: …”."),
            headers={"WWW-Authenticate": REALM},
        )
    api_request = cast("ApiRequest", request)
    api_request.api_key = key
    return api_request


def actor(request: ApiRequest) -> KeyActor:
    """Who acts, for the history: the key of the call."""
    return KeyActor(f"{request.api_key.name} ({request.api_key.masked})")


def _refuse_key_in_query(request: HttpRequest) -> None:
    if not request.META.get("QUERY_STRING"):
        return
    for name, values in request.GET.lists():
        if name.lower() in _QUERY_NAMES or any(value.startswith(_KEY_PREFIXES) for value in values):
            raise ProblemError(
                ProblemCode.KEY_IN_QUERY,
                _(
                    "Addresses end up in logs and histories: send the key in a header, and roll it if it was a real one, "
                    "since it can no longer be called secret."
                ),
            )


def _presented_key(request: HttpRequest) -> str:
    """The key of either header; "" if there is none, or if there are two that differ."""
    scheme, _separator, credentials = request.headers.get("Authorization", "").partition(" ")
    bearer = credentials.strip() if scheme.lower() == "bearer" else ""
    presented = {text for text in (bearer, request.headers.get("apikey", "").strip()) if text}
    return presented.pop() if len(presented) == 1 else ""


def check_address(request: ApiRequest) -> None:
    """Raises ProblemError 403 where the key's address list does not hold the caller's address."""
    if not api_key_use.allowed_from(request.api_key, client_address(request)):
        raise ProblemError(
            ProblemCode.ADDRESS_NOT_ALLOWED,
            _("This key has a list of addresses it may be used from, and this call's address is not on it."),
        )


def check_store(request: ApiRequest) -> None:
    """Find the store that the call is for. Raises ProblemError 400 and 403.

    A key of one store need not name it, and may. A key of the organization names one of its stores with each call; a store that it
    does not open, that another organization has, or that nobody has is answered alike.
    """
    key, code = request.api_key, request.headers.get(STORE_HEADER, "").strip()
    if key.store is not None:
        if code and code.upper() != key.store.code.upper():
            raise ProblemError(
                ProblemCode.STORE_NOT_ALLOWED, _("This key belongs to another store than the one the call names.")
            )
        request.store = key.store
        return
    if not code:
        raise ProblemError(
            ProblemCode.STORE_REQUIRED,
            _("This is a key of an organization: name the store with each call, in the header “x-store: <code>”."),
        )
    store = api_keys.open_store(key, code)
    if store is None:
        raise ProblemError(
            ProblemCode.STORE_NOT_ALLOWED, _("This key opens no store with the code that the call names.")
        )
    request.store = store


def check_scope(request: ApiRequest, scope: Scope | None) -> None:
    """Raises ProblemError 403 where the key lacks `scope`; None is what every key may do."""
    if scope is not None and scope not in request.api_key.scopes:
        raise ProblemError(
            ProblemCode.INSUFFICIENT_SCOPE,
            _("This call needs the scope “%(scope)s”, which this key does not have.") % {"scope": scope.value},
            headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{scope.value}"'},
        )


def check_license(request: ApiRequest) -> None:
    """Raises ProblemError 403 where the store is closed or has no license now: it was read with the key, so what was lost or came back counts."""
    if request.store.closed_at is not None:
        raise ProblemError(
            ProblemCode.STORE_CLOSED,
            _(
                "The store of this call is closed, so nothing is taken in and nothing answered. "
                "An owner of the organization can open it again."
            ),
        )
    if not request.api_key.hub_licensed:
        raise ProblemError(
            ProblemCode.LICENSE_REQUIRED,
            _(
                "The store of this key has no Integration Hub license at the moment. Its configuration and its keys are kept: "
                "assign a license to the store, and this key works again."
            ),
        )


def note_use(request: ApiRequest) -> None:
    """Write down that the key was used, at most once a minute.

    Stands after the call's own transaction: what was stored is answered as stored, even if this fails.
    """
    try:
        api_key_use.mark_used(request.api_key, client_address(request))
    except Error:
        logger.warning("The last use of API key %s could not be written.", request.api_key.public_id, exc_info=True)
