"""Cells that a spreadsheet would run, and the way back."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.web.csv_files import csv_response, escape_cell, unescape_cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  ="])
def test_what_begins_like_a_formula_gets_an_apostrophe(start: str) -> None:
    assert escape_cell(f"{start}1+1").startswith("'")


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (-3, "-3"), (1.5, "1.5"), ("plain", "plain"), (True, "True")])
def test_other_values_stay_as_they_are(value: object, cell: str) -> None:
    assert escape_cell(value) == cell


@given(st.text().map(str.strip))
def test_a_cell_comes_back_as_it_left(text: str) -> None:
    assert unescape_cell(escape_cell(text)) == text or text.startswith("'")


def test_rows_are_made_while_they_are_sent() -> None:
    made: list[int] = []

    def rows() -> Iterator[list[object]]:
        for number in range(1000):
            made.append(number)
            yield [number]

    content = csv_response("x.csv", rows()).streaming_content
    assert isinstance(content, Iterator)
    first = next(content)
    assert first.startswith(b"\xef\xbb\xbf0\r\n")
    assert len(made) < 1000
