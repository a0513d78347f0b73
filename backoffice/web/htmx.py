"""What an HTMX response needs that a page's does not: toasts in a header, and redirects of the whole page."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from backoffice.web import toasts

_MOVES_THE_PAGE = ("HX-Redirect", "HX-Refresh", "HX-Location")


class HtmxRequest(HttpRequest):
    """A request as it is behind HtmxMiddleware."""

    htmx: HtmxDetails


def wants_fragment(request: HttpRequest) -> bool:
    """A restored history entry is a page, although htmx asks for it."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(htmx) and htmx is not None and not htmx.history_restore_request


class HtmxResponseMiddleware:
    """Stands behind HtmxMiddleware; touches responses to HTMX requests only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HtmxRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.htmx:
            return response
        if "Location" in response and 300 <= response.status_code < 400:
            return _redirect_page(request, response)
        if any(header in response for header in _MOVES_THE_PAGE):
            return response
        if items := toasts.drain(request):
            trigger_client_event(response, "toasts", toasts.as_event(items))
        return response


def _redirect_page(request: HtmxRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The same response, as one that htmx answers by moving the whole page.

    The browser would follow a Location by itself and htmx would swap a page, or a login form, into a panel.
    """
    target = response["Location"]
    if urlsplit(target).path == resolve_url(settings.LOGIN_URL) and request.htmx.current_url_abs_path:
        target = redirect_to_login(request.htmx.current_url_abs_path).url
    del response["Location"]
    response["HX-Redirect"] = target
    response.status_code = 200
    return response
