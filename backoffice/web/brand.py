"""The brand's accent colour, made readable on both themes whatever colour a dealer chooses."""

import hashlib
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

Color = tuple[int, int, int]

WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)
LIGHT_SURFACE: Color = (246, 247, 249)
DARK_SURFACE: Color = (31, 41, 55)
READABLE = 4.5
# Text in the accent also stands on a wash of it, which the browser mixes a little differently from us.
WASH_PERCENT = 12
MARGIN = 0.2


def parse_color(text: str) -> Color:
    """Red, green and blue of `#rrggbb`; ValueError for anything else."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError(f"{text!r} is not a colour like #d6336c.")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _luminance(color: Color) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _mixed(color: Color, other: Color, percent: float) -> Color:
    red, green, blue = (round(one + (two - one) * percent / 100) for one, two in zip(color, other, strict=True))
    return red, green, blue


def readable_on(color: Color, surface: Color, towards: Color) -> Color:
    """`color`, mixed towards black or white only as far as text in it needs on `surface` and on a wash over it."""
    wash = _mixed(surface, color, WASH_PERCENT)
    for percent in range(0, 101, 2):
        mixed = _mixed(color, towards, percent)
        if min(contrast(mixed, surface), contrast(mixed, wash)) >= READABLE + MARGIN:
            return mixed
    return towards


def _text(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def stylesheet(accent: str) -> str:
    """The custom properties that app.css builds on: the accent as given, as text in both themes, and text on it."""
    color = parse_color(accent)
    over = WHITE if contrast(WHITE, color) >= READABLE else max((WHITE, BLACK), key=lambda end: contrast(end, color))
    return (
        ":root{"
        f"--brand-accent:{_text(color)};"
        f"--brand-accent-rgb:{color[0]},{color[1]},{color[2]};"
        f"--brand-over:{_text(over)};"
        f"--brand-on-light:{_text(readable_on(color, LIGHT_SURFACE, BLACK))};"
        f"--brand-on-dark:{_text(readable_on(color, DARK_SURFACE, WHITE))}"
        "}\n"
    )


def version() -> str:
    """Changes with the accent, so that a browser may keep the stylesheet for a year."""
    return hashlib.sha256(stylesheet(settings.BRAND_ACCENT).encode()).hexdigest()[:12]


@require_safe
@cache_control(public=True, max_age=365 * 24 * 60 * 60, immutable=True)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The accent as a stylesheet: the policy forbids it as an inline style."""
    del request
    return HttpResponse(stylesheet(settings.BRAND_ACCENT), content_type="text/css; charset=utf-8")
