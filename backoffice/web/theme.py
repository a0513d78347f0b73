"""Auto, light or dark: a cookie that the server reads, so that no page flashes in the wrong colours."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

COOKIE: Final = "theme"
THEMES: Final = ("auto", "light", "dark")
_YEAR: Final = 365 * 24 * 60 * 60


def current_theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else "auto"


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the choice and return to the page it was made on; 204 to the script that has applied it already."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponseBadRequest(_("Choose auto, light or dark."), content_type="text/plain; charset=utf-8")
    response: HttpResponse
    if request.headers.get("X-Requested-With") == "fetch":
        response = HttpResponse(status=204)
    else:
        response = HttpResponseRedirect(_safe_next(request))
        response.status_code = 303
    response.set_cookie(
        COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="Lax", secure=bool(settings.SESSION_COOKIE_SECURE)
    )
    return response


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    local = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if local else "/"
