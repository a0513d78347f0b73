"""Keeps secrets out of what people and logs can read: masked headers, hints, and a logging filter."""

import json
import logging
import re
from collections.abc import Collection, Iterable
from html import escape
from urllib.parse import quote, quote_plus

MASK = "••••"
SHORTEST_HINTED = 12
HINT_LENGTH = 4
#: Covering a shorter one would take words apart and hide nothing.
SHORTEST_COVERED = 4

SECRET_HEADERS = frozenset(
    {
        "apikey",
        "api-key",
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-api-key",
        "x-auth-token",
    }
)

_SECRETS = re.compile(r"(hub_(?:live|test)_|whsec_)[A-Za-z0-9+/=_-]{4,}")
# What a log line may quote of others: credentials by the name before them, what follows a scheme of authentication, the
# query of an address, and a user with a password in one.
_NAMED = re.compile(
    r"""(?ix) ( \b (?: [\w-]* (?: authorization | cookie | api[-_]?key | auth[-_]?token | access[-_]?token | refresh[-_]?token
        | client[-_]?secret | password | passwd | secret | signature ) | token ) ["']? \s* (?: [:=] | ["'] \s* , | (?<=["']) , )
        \s* (?: b?["'] )? ) (?: (?: bearer | basic | token | digest | apikey | hmac ) \s+ )? [^\s"'<>,;&)}\]]+"""
)
#: What follows a scheme of authentication.
SCHEME = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]*=[^\s\"'<>]*")
_USER = re.compile(r"://[^\s/@\"']+@")
_TRACEBACKS = logging.Formatter()


def hint(secret: str) -> str:
    """The last four characters behind dots, to tell secrets apart; dots alone when four would give too much away."""
    if len(secret) < SHORTEST_HINTED:
        return MASK
    return f"{MASK} {secret[-HINT_LENGTH:]}"


def mask_headers(
    headers: Iterable[tuple[str, str]], *, secret_names: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """`headers` fit to be stored and shown: credentials, and the customer's own headers in `secret_names`, as hints."""
    hidden = SECRET_HEADERS.union(name.lower() for name in secret_names)
    return tuple((name, hint(value) if name.lower() in hidden else scrub(value)) for name, value in headers)


def quoted_forms(secrets: Iterable[str]) -> list[str]:
    """Each form in which an address, a page or JSON may quote these secrets, longest first; those too short to be covered have none."""
    forms = {form for secret in secrets if len(secret) >= SHORTEST_COVERED for form in _forms(secret)}
    return sorted(forms, key=len, reverse=True)


def _forms(secret: str) -> Iterable[str]:
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], escape(secret)}


class Echoes:
    """Covers these secrets in what a service answered: services like to quote what they were sent."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._forms = quoted_forms(secrets)

    def covered(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def covered_bytes(self, body: bytes) -> bytes:
        for form in self._forms:
            body = body.replace(form.encode(), MASK.encode())
        return body


def scrub(text: str) -> str:
    """`text` with every API key and signing secret of ours cut down to its prefix."""
    return _SECRETS.sub(lambda found: found[1] + MASK, text)


def scrub_log(text: str) -> str:
    """`text` fit for a log: beyond `scrub`, without what others' credentials look like and without the queries of addresses."""
    text = scrub(text)
    text = _NAMED.sub(lambda found: found[1] + MASK, text)
    text = SCHEME.sub(lambda found: f"{found[1]} {MASK}", text)
    if "?" in text:
        text = _QUERY.sub("?" + MASK, text)
    if "@" in text:
        text = _USER.sub(f"://{MASK}@", text)
    return text


class SecretsFilter(logging.Filter):
    """Scrubs a record's message, arguments and traceback before any formatter or handler sees them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the record is changed, never dropped. One that says `harmless` was made of ids and numbers alone."""
        if getattr(record, "harmless", False):
            return True
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # A broken format string is reported by logging itself, with the arguments: scrub those one by one.
            record.msg, message = scrub_log(str(record.msg)), ""
            record.args = _scrub_arguments(record.args)
        clean = scrub_log(message)
        if clean != message:
            record.msg, record.args = clean, None
        if record.exc_info and not record.exc_text:
            record.exc_text = _TRACEBACKS.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = scrub_log(record.exc_text)
        if record.stack_info:
            record.stack_info = scrub_log(record.stack_info)
        return True


def _scrub_arguments(arguments: object) -> tuple[object, ...]:
    if not isinstance(arguments, tuple):
        return (scrub_log(str(arguments)),)
    return tuple(scrub_log(str(argument)) for argument in arguments)
