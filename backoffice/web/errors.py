"""Error pages in the product's look: what happened, what to do, and the request id to quote."""

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from backoffice.web.context import brand_context
from backoffice.web.htmx import wants_fragment
from backoffice.web.pages import page
from backoffice.web.request_id import current_request_id
from backoffice.web.theme import current_theme

_WITHOUT_DATABASE = {400, 500}


def error_page(request: HttpRequest, status: int, *, reason: str = "") -> HttpResponse:
    """The page for 400, 403, 404, 405, 409, 422, 429 or 500; `reason` is a translated sentence for the user.

    400 and 500 ask neither database nor session: the request may be malformed, or the database be what failed.
    htmx is told to put what it swaps (409 and 422) in the place of the page's content, not into a panel.
    """
    template = f"{status}.html"
    if status in _WITHOUT_DATABASE:
        return HttpResponse(render_to_string(template, _plain_context(request, reason)), status=status)
    response = page(request, template, {"reason": reason}, status=status)
    if wants_fragment(request):
        response["HX-Retarget"] = response["HX-Reselect"] = "#main"
        response["HX-Reswap"] = "outerHTML"
    return response


def _plain_context(request: HttpRequest, reason: str) -> dict[str, object]:
    return {
        "brand": brand_context(),
        "theme": current_theme(request),
        "request_id": getattr(request, "id", current_request_id()),
        "reason": reason,
        "impersonation": None,
        "LANGUAGE_CODE": get_language(),
        "LANGUAGE_BIDI": get_language_bidi(),
    }


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    del exception
    return error_page(request, HTTPStatus.BAD_REQUEST)


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A PermissionDenied raised with a sentence shows that sentence."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    return error_page(request, HTTPStatus.FORBIDDEN, reason=reason)


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Says the same of what never was and of what belongs to somebody else."""
    del exception
    return error_page(request, HTTPStatus.NOT_FOUND)


def handler429(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Also allauth's answer to too many sign-in attempts: it looks for this name in the root URLconf."""
    del exception
    return too_many_requests(request, retry_after_seconds=60)


def handler500(request: HttpRequest) -> HttpResponse:
    return error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def too_many_requests(request: HttpRequest, *, retry_after_seconds: int) -> HttpResponse:
    response = error_page(request, HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(retry_after_seconds)
    return response


def method_not_allowed(request: HttpRequest, *, allow: tuple[str, ...]) -> HttpResponse:
    response = error_page(request, HTTPStatus.METHOD_NOT_ALLOWED)
    response["Allow"] = ", ".join(allow)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Mostly a form left open over a sign-in or for days; the technical reason helps nobody but an attacker."""
    del reason
    return page(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)
