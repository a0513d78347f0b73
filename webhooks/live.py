"""Live parts of pages: a poll that already shows what there is gets nothing back."""

from django.http import HttpRequest

from backoffice.web.htmx import wants_fragment

#: The element that polls sends the fingerprint it was rendered with, by `hx-headers`.
SHOWN = "X-Shown"


def already_shown(request: HttpRequest, fingerprint: str) -> bool:
    """Whether this poll's page equals what would be rendered now; the view then answers 204."""
    return wants_fragment(request) and request.headers.get(SHOWN) == fingerprint
