"""Which addresses and URLs outbound calls may use, asked by forms beforehand and by the client as it connects."""

import re
import socket
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from backoffice.security.special_networks import SPECIAL_NETWORKS, Network

Address = IPv4Address | IPv6Address

#: As called; as much as endpoints and attempts keep.
LONGEST_URL = 2000
LONGEST_HOST = 253
DEFAULT_PORTS = {"https": 443, "http": 80}
# Ports of mail, shells and databases, which answer to more than HTTP; a webhook receiver has no reason to use them.
REFUSED_PORTS = frozenset({0, 19, 21, 22, 23, 25, 53, 110, 111, 143, 389, 465, 514, 587, 636, 993, 995})
REFUSED_PORTS |= {1433, 2049, 3306, 5432, 6379, 11211, 27017}

#: What stands for a dot between the labels of a host in other scripts.
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"^`{|}]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_KEPT_IN_PATH = "/?:@!$&'()*+,;=-._~%[]#"


class RefusedAddress(Exception):
    """An address that is not on the public internet and not opened; `reason` names what it is."""

    def __init__(self, address: Address, reason: str) -> None:
        super().__init__(f"{address} is not a public internet address ({reason}).")
        self.address = address
        self.reason = reason


class URLProblem(StrEnum):
    """Why a URL was refused, for code; the exception's text is for people."""

    malformed = "malformed"
    plain_http = "plain_http"
    credentials = "credentials"
    port = "port"
    private = "private"


class RefusedURL(ValueError):
    """A URL no call is made to. Its text is a translated sentence that says what to do."""

    def __init__(self, problem: URLProblem, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class CheckedURL:
    """A URL as it will be called: ASCII, its host in one spelling, so that what was checked is what is connected to."""

    url: str
    scheme: str
    host: str
    port: int
    literal: Address | None


def parse_networks(networks: Iterable[str], *, setting: str = "OUTBOUND_OPEN_NETWORKS") -> tuple[Network, ...]:
    """The networks of a setting; raises ImproperlyConfigured, naming the setting and the entry that is not a network."""
    parsed = []
    for text in networks:
        try:
            parsed.append(ip_network(text.strip()))
        except ValueError as error:
            raise ImproperlyConfigured(f"{setting}: {text!r} is not a network: {error}.") from None
    return tuple(parsed)


def unwrap(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped one: the kernel connects to that, whatever the spelling."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_open(address: Address, open_networks: Sequence[Network]) -> bool:
    """Whether a setting has opened `address`, which also allows plain http to it."""
    address = unwrap(address)
    return any(address in network for network in open_networks)


def check_address(address: Address, open_networks: Sequence[Network]) -> None:
    """Pass a public or opened address; raise RefusedAddress for any other."""
    address = unwrap(address)
    if is_open(address, open_networks):
        return
    for network, what in SPECIAL_NETWORKS:
        if address in network:
            raise RefusedAddress(address, what)


def check_url(url: str, open_networks: Sequence[Network]) -> CheckedURL:
    """`url` in the form it may be called in; raises RefusedURL.

    A name is not looked up here: where it leads is decided as the connection is made, and plain http to a name, let
    through while networks are open, is decided there too.
    """
    _check_length(url)
    if _FORBIDDEN.search(url):
        raise RefusedURL(
            URLProblem.malformed,
            _(
                "This URL holds a space, a line break or another character URLs cannot hold. Remove or percent-encode it."
            ),
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _malformed() from None
    if parts.scheme not in DEFAULT_PORTS:
        raise RefusedURL(URLProblem.malformed, _("Enter a full URL that starts with https://."))
    if "@" in parts.netloc:
        raise RefusedURL(
            URLProblem.credentials,
            _("Remove the user name and password from the URL. Send credentials in a custom header instead."),
        )
    if port is None:
        port = DEFAULT_PORTS[parts.scheme]
    if port in REFUSED_PORTS:
        raise RefusedURL(
            URLProblem.port,
            _("Port %(port)d does not serve webhooks. Use 443 or another port of a web server.") % {"port": port},
        )
    host, literal = _host(parts.hostname or "", bracketed="[" in parts.netloc)
    _check_host(host, literal, parts.scheme, open_networks)
    authority = f"[{host}]" if isinstance(literal, IPv6Address) else host
    if port != DEFAULT_PORTS[parts.scheme]:
        authority = f"{authority}:{port}"
    rest = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_KEPT_IN_PATH)
    called = f"{parts.scheme}://{authority}{rest}"
    _check_length(called)
    return CheckedURL(called, parts.scheme, host, port, literal)


def _check_length(url: str) -> None:
    """Of what was written, and of what is called: each letter outside of ASCII is six characters or more there."""
    if len(url) > LONGEST_URL:
        raise RefusedURL(
            URLProblem.malformed, _("This URL is longer than %(most)d characters. Shorten it.") % {"most": LONGEST_URL}
        )


def _check_host(host: str, literal: Address | None, scheme: str, open_networks: Sequence[Network]) -> None:
    if host == "localhost" or host.endswith(".localhost"):
        literal = IPv4Address("127.0.0.1")
    if literal is not None:
        try:
            check_address(literal, open_networks)
        except RefusedAddress as refused:
            raise RefusedURL(
                URLProblem.private,
                _("This URL leads to %(address)s, which is not on the public internet. Use a public host name.")
                % {"address": refused.address},
            ) from None
    elif "." not in host and not open_networks:
        raise RefusedURL(URLProblem.private, _("Use the full public host name, such as hooks.example.com."))
    may_be_open = bool(open_networks) if literal is None else is_open(literal, open_networks)
    if scheme == "http" and not may_be_open:
        raise RefusedURL(
            URLProblem.plain_http, _("Use https://: orders and signatures are not sent over an unencrypted connection.")
        )


def _host(written: str, *, bracketed: bool) -> tuple[str, Address | None]:
    """The host in its one spelling, and the address when it is one, in any notation resolvers accept."""
    if bracketed:
        try:
            address = IPv6Address(written)
        except AddressValueError:
            raise _malformed() from None
        if address.scope_id is not None:
            raise _malformed()
        return str(address), address
    host = written if written.isascii() else _in_ascii(written)
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        try:
            number = ip_address(socket.inet_aton(host))
        except OSError:
            raise _malformed() from None
        return str(number), number
    if len(host) > LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise _malformed()
    return host, None


def _in_ascii(host: str) -> str:
    """A host of other letters as it is looked up.

    Raises RefusedURL for one that Python's codec, which follows IDNA 2003, writes as another name than browsers do: it drops letters that
    nobody sees, and makes straße.de into strasse.de, which is somebody else's.
    """
    try:
        name = host.encode("idna")
        meant = name.decode("idna")
    except UnicodeError:
        raise _malformed() from None
    if meant != _DOTS.sub(".", unicodedata.normalize("NFKC", host)).lower():
        raise RefusedURL(
            URLProblem.malformed,
            _("This host name can be read in more than one way. Enter it in its ASCII form, which begins with xn--."),
        )
    return name.decode("ascii")


def _malformed() -> RefusedURL:
    return RefusedURL(
        URLProblem.malformed, _("This is not a complete URL. Enter it as in https://hooks.example.com/orders.")
    )
