"""The bar of an attempt's phases is as wide as they took, and says the same in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.models import Attempt
from webhooks.timings import WIDTH, Phase, bar_svg, milliseconds, phases, widths

times = st.lists(st.floats(min_value=0, max_value=100_000), min_size=1, max_size=5)


@given(times)
def test_widths_fill_the_bar_and_keep_their_order(values: list[float]) -> None:
    drawn = widths([Phase("wait", "Waiting", value) for value in values])
    assert sum(drawn) == pytest.approx(WIDTH if any(values) else 0)
    for one, other in zip(values, drawn, strict=True):
        assert (one > 0) == (other > 0)


def test_what_is_not_a_known_step_is_sending_and_reading() -> None:
    attempt = Attempt(dns_ms=1, connect_ms=2, tls_ms=3, first_byte_ms=4, total_ms=15)
    assert [(step.code, step.milliseconds) for step in phases(attempt)] == [
        ("dns", 1), ("connect", 2), ("tls", 3), ("wait", 4), ("transfer", 5),
    ]  # fmt: skip


def test_rounding_never_gives_a_negative_rest() -> None:
    assert phases(Attempt(first_byte_ms=10.04, total_ms=10))[-1].milliseconds == 0


def test_the_bar_says_its_figures() -> None:
    svg = bar_svg([Phase("dns", "Name lookup", 0), Phase("wait", "Waiting", 1500)])
    assert "<title>Waiting 1.5 s</title>" in svg
    assert re.search(r'timing-wait" x="0.0" y="0" width="600.0"', svg)
    assert "No time was measured." in bar_svg([Phase("dns", "Name lookup", 0)])


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0 ms"), (0.42, "0.4 ms"), (42.4, "42 ms"), (999.4, "999 ms"), (1234, "1.2 s")]
)
def test_milliseconds(value: float, words: str) -> None:
    assert milliseconds(value) == words
