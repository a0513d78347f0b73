"""The Content-Security-Policy header, the same on every answer."""

from collections.abc import Callable

from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "Content-Security-Policy"


class ContentSecurityMiddleware:
    """django-csp's policy, written out once for each process.

    Its own middleware writes it anew for each answer, for policies that differ by page and for nonces; here neither exists, and it
    was a tenth of what an API call cost.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers[HEADER] = self._policy
        return response
