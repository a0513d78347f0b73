"""How long ago in words: what Django says of any two moments, said quicker."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils.timesince import timesince
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from backoffice.web.ago import spoken_ago

NOW = datetime(2026, 3, 30, 12, 0, 30, tzinfo=UTC)
#: Two years and more: leap years, months of every length.
FAR = 800 * 86_400


@given(st.integers(min_value=60, max_value=FAR), st.sampled_from([-1, 1]), st.sampled_from(["en", "de", "ar"]))
def test_it_says_what_django_says(seconds: int, sign: int, language: str) -> None:
    value = NOW - sign * timedelta(seconds=seconds)
    with time_machine.travel(NOW, tick=False), override(language):
        span = timesince(min(value, NOW), max(value, NOW), depth=1)
        assert span in spoken_ago(value)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1\xa0minute ago"), (119, "1\xa0minute ago"), (7200, "2\xa0hours ago"),
     (86_399, "23\xa0hours ago"), (27 * 86_400, "3\xa0weeks ago"), (-90, "in 1\xa0minute"), (-59, "in a moment"), (-5, "in a moment")],
)  # fmt: skip
@time_machine.travel(NOW, tick=False)
def test_in_the_largest_unit_alone(seconds: int, words: str) -> None:
    assert spoken_ago(NOW - timedelta(seconds=seconds)) == words
