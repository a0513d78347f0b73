"""What the base layout shows on every page, and nothing that needs the database."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from backoffice.web import brand
from backoffice.web.request_id import current_request_id
from backoffice.web.theme import current_theme

THEME_COLORS = {"light": "#ffffff", "dark": "#151f2c"}


def brand_context() -> dict[str, Any]:
    return {"name": settings.BRAND_NAME, "logo": settings.BRAND_LOGO, "version": brand.version()}


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Brand, theme and, where the view has resolved them, the organization and the store in the address.

    Pages outside of a store (sign-in, errors) have neither: the layout then shows the brand alone.
    """
    return {
        "brand": brand_context(),
        "theme": current_theme(request),
        "request_id": getattr(request, "id", current_request_id()),
        "current_path": request.get_full_path(),
        "current_organization": getattr(request, "organization", None),
        "current_store": getattr(request, "store", None),
    }
