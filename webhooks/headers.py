"""Which headers of their own a customer may have sent, asked by forms and again before each request."""

import re

from django.utils.translation import gettext as _

#: Headers that the connection, the signature or the body own; a custom header must not replace them.
RESERVED = frozenset(
    {
        "connection", "content-encoding", "content-length", "content-type", "cookie", "expect", "host", "keep-alive",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "webhook-id", "webhook-signature", "webhook-timestamp",
    }
)  # fmt: skip
MOST_HEADERS = 10
LONGEST_NAME = 100
LONGEST_VALUE = 2000

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")


class InvalidHeaderError(ValueError):
    """A custom header that cannot be sent. The sentence names the header and never holds its value."""


def check_header(name: str, value: str) -> None:
    """Pass a header that may be sent; raise InvalidHeaderError for any other."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise InvalidHeaderError(
            _("“%(name)s” is no header name. Use letters, digits and hyphens, as in X-API-Key.")
            % {"name": name[:LONGEST_NAME]}
        )
    if name.lower() in RESERVED:
        raise InvalidHeaderError(_("The header %(name)s is set by us. Choose another name.") % {"name": name})
    if not _VALUE.fullmatch(value) or len(value) > LONGEST_VALUE:
        raise InvalidHeaderError(
            _(
                "The value of %(name)s cannot be sent: it is empty, too long, or holds a line break or a letter outside of ASCII."
            )
            % {"name": name}
        )
