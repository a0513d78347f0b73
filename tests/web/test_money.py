"""Amounts in the currency's own number of decimals."""

import pytest

from backoffice.web.money import exponent, format_money


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123450, "USD", "$1,234.50"),
        (5, "usd", "$0.05"),
        (-500, "EUR", "−€5.00"),
        (500, "JPY", "¥500"),
        (1250, "KWD", "KWD\N{NO-BREAK SPACE}1.250"),
        (99, "CHF", "CHF\N{NO-BREAK SPACE}0.99"),
        (0, "GBP", "£0.00"),
        (12345678901234567890, "USD", "$123,456,789,012,345,678.90"),
    ],
)
def test_format(minor: int, currency: str, text: str) -> None:
    assert format_money(minor, currency) == text


def test_exponents() -> None:
    assert [exponent(code) for code in ("JPY", "XPF", "USD", "TND", "???")] == [0, 0, 2, 3, 2]
