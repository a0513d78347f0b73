"""One URL is one whole page; a named partial of it answers an HTMX request."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from backoffice.web.htmx import wants_fragment


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render `template`, or its `{% partialdef %}` named `partial` for an HTMX request.

    Both come from one URL, so caches are told; pages of signed-in people are kept nowhere, as they may show a key.
    """
    name = f"{template}#{partial}" if partial and wants_fragment(request) else template
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        response["Cache-Control"] = "no-store"
    return response
