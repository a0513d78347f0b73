"""Which business days an action hands over, whatever the provider."""

from dataclasses import replace
from datetime import date

import pytest

from integrations.contract import ItemOutcome, NeedsAttention, days
from tests.integrations.providers.recording import STORE, RecordingRun

TODAY = STORE.today


def run(**given: object) -> RecordingRun:
    return RecordingRun({}, **given)  # type: ignore[arg-type]


def test_the_first_time_it_is_yesterday() -> None:
    assert days.wanted(run()) == [date(2026, 3, 3)]


@pytest.mark.parametrize(
    ("cursor", "look_back", "first"),
    [
        ("2026-03-03", 0, "2026-03-03"),
        ("2026-03-03", 2, "2026-03-01"),
        ("2026-03-02", 0, "2026-03-03"),
        ("2026-02-26", 0, "2026-02-27"),
        ("2026-02-26", 2, "2026-02-25"),
        ("2026-03-04", 0, "2026-03-03"),  # today was handed over by hand, and was not over
        ("2026-02-01", 14, "2026-01-31"),
    ],
)
def test_missed_days_are_made_up_for(cursor: str, look_back: int, first: str) -> None:
    made = run(cursor=cursor)
    found = days.wanted(made, look_back=look_back)
    assert (found[0].isoformat(), found[-1], len(found)) == (
        first,
        date(2026, 3, 3),
        (date(2026, 3, 3) - date.fromisoformat(first)).days + 1,
    )
    assert made.items == []


def test_what_was_missed_for_more_than_a_month_is_named_and_left_to_a_person() -> None:
    made = run(cursor="2025-12-31")
    found = days.wanted(made, look_back=14)
    assert (found[0], len(found)) == (date(2026, 1, 31), 32)
    ((key, outcome, words),) = made.items
    assert (key, outcome) == ("2026-01-01 – 2026-01-30", ItemOutcome.SKIPPED)
    assert "Run this action for each of them" in words


def test_a_chosen_day_is_alone_and_moves_nothing() -> None:
    made = run(parameters={"day": "2026-01-05"}, cursor="2026-02-26")
    assert days.wanted(made, look_back=3) == [date(2026, 1, 5)]
    days.handed_over(made, date(2026, 1, 5))
    assert made.checkpoints == ["2026-02-26"]
    with pytest.raises(NeedsAttention, match="not begun yet"):
        days.wanted(run(parameters={"day": "2026-03-05"}))
    assert days.wanted(run(parameters={"day": "2026-03-04"})) == [TODAY]


@pytest.mark.parametrize("alone", [{"dry_run": True}, {"only": ["2026-03-01"]}])
def test_who_only_tries_or_repeats_moves_nothing(alone: dict[str, object]) -> None:
    made = run(cursor="2026-03-01", **alone)
    days.handed_over(made, date(2026, 3, 3))
    assert made.cursor == "2026-03-01"


def test_the_cursor_never_goes_back() -> None:
    made = run(cursor="2026-03-03")
    days.handed_over(made, date(2026, 3, 1))
    assert made.cursor == "2026-03-03"
    days.handed_over(made, date(2026, 3, 4))
    assert made.cursor == "2026-03-04"


def test_currencies_that_are_not_the_stores() -> None:
    orders = [{"currency": "usd"}, {"currency": "EUR"}, {}, {"currency": "CAD"}]
    assert days.foreign_currencies(orders, STORE) == ["CAD", "EUR"]
    assert days.foreign_currencies(orders[:1], replace(STORE, currency="usd")) == []
