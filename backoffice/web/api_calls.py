"""A short way for calls of the developer API, which know no session, no cookie and no page."""

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.urls import Resolver404, resolve

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

_MARK = "is_api_call"


def api_call(view: V) -> V:
    """Marks a view that needs nothing of what stands behind ApiCallMiddleware."""
    setattr(view, _MARK, True)
    return view


class ApiCallMiddleware:
    """Answers marked views itself; all else goes the whole way. What it passes by, and why, is decision 0010."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._answer_in_language = LocaleMiddleware(self._answer)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(settings.API_PREFIX):
            try:
                match = resolve(request.path_info)
            except Resolver404:
                return self.get_response(request)
            if getattr(match.func, _MARK, False):
                request.resolver_match = match
                return self._answer_in_language(request)  # type: ignore[return-value]  # a coroutine only under ASGI
        return self.get_response(request)

    @staticmethod
    def _answer(request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # refuses a host that is not ours
        match = request.resolver_match
        assert match is not None  # noqa: S101
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
            response.headers["Content-Length"] = str(len(response.content))
        return response
