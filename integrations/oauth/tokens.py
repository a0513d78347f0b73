"""The calls to an authorization server: a code for tokens, a refresh token for newer ones, and a token to end.

Sources: RFC 6749, sections 2.3.1, 4.1.3, 5 and 6; RFC 7636, section 4.5; RFC 7009, section 2.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote_plus, urlencode

from django.utils.translation import gettext as _

from integrations.contract import Answer, Call, Http, NeedsAttention, OAuth, TryLater
from integrations.covering import Cover

TIMEOUT_SECONDS: Final = 15.0
_LONGEST_WORDS = 200
#: By which errors services say of a token that it gives no access any more.
_ENDED = frozenset({"invalid_token", "invalid_grant"})


class Revoked(NeedsAttention):
    """The service takes this code or refresh token no longer: the account has to be connected again."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the service gave. `refresh` is empty where it gave none; `lifetime_seconds` is None where it did not say."""

    access: str = field(repr=False)
    refresh: str = field(repr=False, default="")
    lifetime_seconds: int | None = None


def exchange(oauth: OAuth, http: Http, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
    """Raises Revoked for a code that is used up or not ours, and NeedsAttention and TryLater."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    return _ask(oauth, http, form)


def refresh(oauth: OAuth, http: Http, *, refresh_token: str) -> Tokens:
    """Newer tokens. Raises Revoked where somebody has to connect again, and NeedsAttention and TryLater."""
    return _ask(oauth, http, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def revoke(oauth: OAuth, http: Http, *, token: str, hint: str) -> None:
    """End an access; one that has ended already counts as ended. `hint` is the kind of the token (RFC 7009, section 2.1).

    Raises NeedsAttention where the service refuses, and TryLater.
    """
    form = {"token": token} if oauth.revoke_as_json else {"token": token, "token_type_hint": hint}
    answer = http.send(_call(oauth, oauth.revoke_url, form, as_json=oauth.revoke_as_json))
    found = _object(answer)
    if answer.ok or found.get("error") in _ENDED:
        return
    if answer.status >= 500:
        raise _problem(answer.status, found, "")
    words = Cover([oauth.client_secret, token])(said(found)) or _("status %d") % answer.status
    raise NeedsAttention(_("The service did not end the access: %(reason)s") % {"reason": words})


def _ask(oauth: OAuth, http: Http, form: Mapping[str, str]) -> Tokens:
    answer = http.send(_call(oauth, oauth.token_url, form))
    found = _object(answer)
    if not answer.ok:
        cover = Cover([oauth.client_secret, *(value for name, value in form.items() if name != "grant_type")])
        raise _problem(answer.status, found, cover(said(found)))
    access = found.get("access_token")
    if not isinstance(access, str) or not access:
        raise TryLater(_("The service answered without an access token."))
    newer = found.get("refresh_token")
    return Tokens(access, newer if isinstance(newer, str) else "", _seconds(found.get("expires_in")))


def _call(oauth: OAuth, url: str, form: Mapping[str, str], *, as_json: bool = False) -> Call:
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    headers = [("accept", "application/json"), ("content-type", kind)]
    if oauth.basic_authentication:
        pair = f"{quote_plus(oauth.client_id)}:{quote_plus(oauth.client_secret)}"
        headers.append(("authorization", f"Basic {b64encode(pair.encode()).decode()}"))
    else:
        form = {**form, "client_id": oauth.client_id, "client_secret": oauth.client_secret}
    body = json.dumps(form) if as_json else urlencode(form)
    return Call("POST", url, tuple(headers), body.encode(), timeout_seconds=TIMEOUT_SECONDS)


def _object(answer: Answer) -> Mapping[str, object]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(given: object) -> int | None:
    """Some services write the number as a text."""
    text = str(given)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _problem(status: int, found: Mapping[str, object], words: str) -> NeedsAttention | TryLater:
    if status >= 500:
        return TryLater(_("The service that gives out access has a problem of its own (status %d).") % status)
    code = str(found.get("error") or "")
    if code == "invalid_grant":
        return Revoked(_("The connection was revoked at the service, or has ended there. Connect the account again."))
    if code in {"invalid_client", "unauthorized_client"} or status == 401:
        return NeedsAttention(
            _("The service does not accept our client ID with its secret. Check both, save them, and connect again.")
        )
    return NeedsAttention(
        _("The service refused to give access: %(reason)s") % {"reason": words or _("status %d") % status}
    )


def said(found: Mapping[str, object]) -> str:
    """The service's own words for an error, cut, with its code where it has no words."""
    words = str(found.get("error_description") or found.get("error") or "")
    return "".join(letter if letter.isprintable() else " " for letter in words)[:_LONGEST_WORDS].strip()
