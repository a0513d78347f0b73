"""One URL is one whole page; a named partial of it answers an HTMX request."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode
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
    """Render `template`, or for an HTMX request the `{% partialdef %}` named `partial`, its own or that of a template it extends.

    Both come from one URL, so caches are told; pages of signed-in people are kept nowhere, as they may show a key.
    """
    name = _defining(template, partial) if partial and wants_fragment(request) else template
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        response["Cache-Control"] = "no-store"
    return response


@cache
def _defining(template: str, partial: str) -> str:
    """The address of a partial. A template that extends another does not have the other's, though its page shows them."""
    name = f"{template}#{partial}"
    try:
        get_template(name)
    except TemplateDoesNotExist:
        # Engines differ in what stands here; ours is Django's.
        whole: Any = get_template(template)
        parents = whole.template.nodelist.get_nodes_by_type(ExtendsNode)
        if not parents:
            raise
        return _defining(str(parents[0].parent_name.var), partial)
    return name
