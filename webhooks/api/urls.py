"""Addresses of the developer API. Everything beneath them is answered as an API: even a wrong address gets a problem document."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from backoffice.web.api_calls import api_call
from webhooks.api.api import api, not_found
from webhooks.api.docs import addresses, docs, openapi, root
from webhooks.api.failed_keys import too_many_failures
from webhooks.api.problems import ProblemCode, ProblemError, problem_response

app_name = "api"


def _as_problem(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """What Ninja leaves open: HEAD answers as GET does, a wrong method in a problem document, and refused keys are counted."""

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        head = request.method == "HEAD"
        if head:
            # The server sends the headers alone.
            request.method = "GET"
        response = view(request, *args, **kwargs)
        if head:
            request.method = "HEAD"
        if response.status_code == HTTPStatus.UNAUTHORIZED and (refused := too_many_failures(request)):
            return problem_response(request, refused)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        allowed = response["Allow"].replace("GET", "GET, HEAD")
        detail = _("Use one of: %(methods)s.") % {"methods": allowed}
        return problem_response(
            request, ProblemError(ProblemCode.METHOD_NOT_ALLOWED, detail, headers={"Allow": allowed})
        )

    return wrapper


@api_call
@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Any other address beneath the API."""
    return problem_response(request, not_found())


def _calls() -> list[URLPattern]:
    patterns, _app_name, _namespace = api.urls
    return [
        URLPattern(each.pattern, api_call(_as_problem(each.callback)), each.default_args, each.name)
        for each in patterns
        if isinstance(each, URLPattern) and each.name != "api-root"
    ]


urlpatterns = [
    path("", root, name="root"),
    path("docs", docs, name="docs"),
    path("openapi.json", openapi, name="openapi"),
    path("addresses.json", addresses, name="addresses"),
    *_calls(),
    re_path(r"^.+$", unknown, name="unknown"),
]
