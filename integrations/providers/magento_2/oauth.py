"""OAuth 1.0a signatures over HTTP calls without a form in their body: pure.

Source: RFC 5849, sections 3.4.1 to 3.4.2, 3.5.1 and 3.6. HMAC-SHA256 is what Magento 2.4.4 and later accept, in place of HMAC-SHA1.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit

_DIGESTS = {"HMAC-SHA256": "sha256", "HMAC-SHA1": "sha1"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the shop's integration page shows: two names and two secrets."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    token: str
    token_secret: str = field(repr=False)


def authorization(
    method: str,
    url: str,
    credentials: Credentials,
    *,
    timestamp: int,
    nonce: str,
    signature_method: str = "HMAC-SHA256",
) -> str:
    """The value of the Authorization header for this call. Nonce and timestamp together must not have been used before."""
    oauth = [
        ("oauth_consumer_key", credentials.consumer_key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", signature_method),
        ("oauth_timestamp", str(timestamp)),
        ("oauth_token", credentials.token),
        ("oauth_version", "1.0"),
    ]
    signed = signature(base_string(method, url, oauth), credentials, signature_method)
    return "OAuth " + ", ".join(
        f'{_escape(name)}="{_escape(value)}"' for name, value in (*oauth, ("oauth_signature", signed))
    )


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What is signed: the method, the address without query, and all parameters in order (3.4.1.1). `parameters` come besides the query's."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    port = f":{parts.port}" if parts.port and parts.port != _DEFAULT_PORTS.get(scheme) else ""
    found: Sequence[tuple[str, str]] = [*parse_qsl(parts.query, keep_blank_values=True), *parameters]
    escaped = sorted((_escape(name), _escape(value)) for name, value in found)
    joined = "&".join(f"{name}={value}" for name, value in escaped)
    return "&".join((method.upper(), _escape(f"{scheme}://{host}{port}{parts.path or '/'}"), _escape(joined)))


def signature(base: str, credentials: Credentials, signature_method: str = "HMAC-SHA256") -> str:
    """Base64 of the HMAC over the base string, keyed with both secrets (3.4.2)."""
    key = f"{_escape(credentials.consumer_secret)}&{_escape(credentials.token_secret)}"
    return b64encode(hmac.digest(key.encode(), base.encode(), _DIGESTS[signature_method])).decode()


def _escape(text: str) -> str:
    """Percent-encoding of all but letters, digits and `-._~` (3.6)."""
    return quote(text, safe="-._~")
