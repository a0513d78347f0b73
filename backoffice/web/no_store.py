"""A page that depends on who asks is kept by no browser and no proxy."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


class NoStoreMiddleware:
    """Marks every response that read the visitor's session, those of allauth and of Django's admin too, unless it says more itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        said = response.get("Cache-Control", "")
        if request.session.accessed and "no-store" not in said and "public" not in said:
            response["Cache-Control"] = "no-store"
        return response
