"""Template tags every page may use: icons, fields, money, local time, query strings, charts, toasts."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import lucide
from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from backoffice.web import forms
from backoffice.web import toasts as waiting
from backoffice.web.ago import spoken_ago
from backoffice.web.charts import sparkline_svg
from backoffice.web.money import format_money

register = template.Library()


@register.simple_tag
def brand_name() -> str:
    """The product's name, also where no request is at hand: in mail."""
    return str(settings.BRAND_NAME)


@register.simple_tag
def icon(name: str, *, size: int = 20, label: str = "", css: str = "") -> SafeString:
    """A Lucide icon; hidden from screen readers, for text stands beside it, unless `label` makes it speak."""
    return _drawn(str(name), size, str(label), f"glyph {css}".strip())


@lru_cache(maxsize=1000)
def _drawn(name: str, size: int, label: str, classes: str) -> SafeString:
    """A list draws the same few icons in every row, and drawing one copies a tree of elements."""
    spoken = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    drawn = lucide._render_icon(name, size, **spoken, **{"class": classes})  # noqa: SLF001 (what its own tag calls)
    return mark_safe(drawn)  # noqa: S308 (the drawing is the library's; attributes are escaped by it)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, **attributes: str | bool) -> dict[str, Any]:
    """Label, control, help and errors of one field, tied together for screen readers."""
    return {"view": forms.field_view(bound, **attributes), "bound": bound}


@register.inclusion_tag("components/stepper.html")
def stepper(bound: BoundField, **attributes: str | bool) -> dict[str, Any]:
    """A number box with ▲ and ▼ beside it; without JavaScript the browser's own arrows do the work."""
    return {"view": forms.field_view(bound, inputmode="numeric", **attributes), "bound": bound}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong with the form as a whole and with each field; takes the focus when it appears."""
    return {"problems": forms.problems(form) if form.is_bound else []}


@register.inclusion_tag("components/toasts.html", takes_context=True)
def toasts(context: Context) -> dict[str, Any]:
    """The regions toasts appear in, holding those that wait; there from load, or a screen reader misses the first."""
    items = waiting.drain(context["request"])
    return {
        "polite": [item for item in items if not item.urgent],
        "urgent": [item for item in items if item.urgent],
        "levels": waiting.LEVELS,
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def money(minor: int, currency: str) -> str:
    """`{{ order.total|money:order.currency }}`: smallest units as an amount."""
    return format_money(minor, currency)


@register.simple_tag(takes_context=True)
def local_time(
    context: Context,
    value: datetime | None,
    *,
    store: object = None,
    ago: bool = False,
    zone: bool = False,
    empty: str = "—",
) -> SafeString | str:
    """`value` in the zone of the store (given, or the one in the address); the exact moment in its title.

    With `ago` the text is "3 minutes ago" and the title says when. With `zone` the text names the zone, for lists over stores of several.
    """
    if value is None:
        return empty
    where = getattr(store or context.get("current_store"), "timezone", None)
    return _time(
        value,
        str(where or timezone.get_current_timezone_name()),
        get_language(),
        zone,
        spoken_ago(value) if ago else "",
    )


@lru_cache(maxsize=5000)
def _time(value: datetime, zone: str, language: str | None, named: bool, ago: str) -> SafeString:
    """A list that keeps itself up to date writes the same moments every few seconds."""
    del language
    local = value.astimezone(ZoneInfo(zone))
    written = date_format(local, "DATETIME_FORMAT")
    whole = f"{written} {local.tzname()}"
    shown = ago or (whole if named else written)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), whole, shown)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """This page's query string with `changes`; None or "" takes a parameter out. Always starts with "?"."""
    request: HttpRequest = context["request"]
    parameters: QueryDict = request.GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.simple_tag
def sparkline(values: Sequence[float], *, title: str, width: int = 120, height: int = 32) -> SafeString:
    """A small line chart; `title` is its text alternative."""
    return sparkline_svg(values, title=title, width=width, height=height)
