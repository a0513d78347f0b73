"""System checks of the brand settings, so that a typing error is found at start and not by a customer."""

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error

from backoffice.web.brand import parse_color


def brand(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """BRAND_ACCENT must be `#rrggbb`; BRAND_LOGO must be a static file of ours, since no other host may serve it."""
    del app_configs, kwargs
    problems: list[CheckMessage] = []
    try:
        parse_color(settings.BRAND_ACCENT)
    except ValueError as error:
        problems.append(Error(f"BRAND_ACCENT: {error}", id="web.E001"))
    if finders.find(settings.BRAND_LOGO) is None:
        problems.append(Error(f"BRAND_LOGO: no static file is named {settings.BRAND_LOGO!r}.", id="web.E002"))
    return problems
