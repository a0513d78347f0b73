"""Money is an integer of the currency's smallest unit; this knows how many of them make one, and writes amounts."""

from decimal import Decimal

from django.utils.formats import number_format

_WITHOUT_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF")
) | {"XPF"}
_WITH_THREE = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "VND": "₫", "UAH": "₴"}
_NO_BREAK = "\N{NO-BREAK SPACE}"


def exponent(currency: str) -> int:
    """Decimal places of `currency` (ISO 4217): 2, but for the few that have 0 or 3."""
    code = currency.upper()
    if code in _WITHOUT_DECIMALS:
        return 0
    return 3 if code in _WITH_THREE else 2


def format_money(minor: int, currency: str) -> str:
    """`minor` smallest units of `currency` in the reader's number format: $1,234.50, ¥500, KWD 1.250."""
    code = currency.upper()
    places = exponent(code)
    amount = number_format(Decimal(abs(minor)).scaleb(-places), decimal_pos=places, use_l10n=True, force_grouping=True)
    sign = _SIGNS.get(code)
    text = f"{sign}{amount}" if sign else f"{code}{_NO_BREAK}{amount}"
    return f"−{text}" if minor < 0 else text
