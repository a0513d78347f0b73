"""Whatever colour a dealer chooses, text stays readable; a typing error is found at start."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from backoffice.web import checks
from backoffice.web.brand import (
    BLACK,
    DARK_SURFACE,
    LIGHT_SURFACE,
    READABLE,
    WHITE,
    contrast,
    parse_color,
    readable_on,
    stylesheet,
)

channel = st.integers(0, 255)


@given(st.tuples(channel, channel, channel))
def test_every_accent_is_readable(color: tuple[int, int, int]) -> None:
    assert contrast(readable_on(color, LIGHT_SURFACE, BLACK), LIGHT_SURFACE) >= READABLE
    assert contrast(readable_on(color, DARK_SURFACE, WHITE), DARK_SURFACE) >= READABLE


@given(st.tuples(channel, channel, channel))
def test_text_on_the_accent_is_readable(color: tuple[int, int, int]) -> None:
    css = stylesheet("#{:02x}{:02x}{:02x}".format(*color))
    over = parse_color(css.split("--brand-over:")[1][:7])
    assert contrast(over, color) >= READABLE


def test_contrast_of_black_and_white() -> None:
    assert contrast(WHITE, BLACK) == pytest.approx(21)


@pytest.mark.parametrize("text", ["red", "#fff", "#12345g", "#d6336c;}body{display:none", "#d6336c\n"])
def test_not_a_color(text: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match="is not a colour"):
        parse_color(text)
    settings.BRAND_ACCENT = text
    assert [error.id for error in checks.brand(None)] == ["web.E001"]


def test_missing_logo(settings: Settings) -> None:
    settings.BRAND_LOGO = "brand/none.svg"
    assert [error.id for error in checks.brand(None)] == ["web.E002"]


@pytest.mark.usefixtures("gallery")
def test_stylesheet_is_served_for_long(client: Client) -> None:
    response = client.get("/brand.css")
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "--brand-accent:#d6336c" in response.text
    assert "immutable" in response["Cache-Control"]
