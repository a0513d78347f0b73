"""From when on orders are pulled, whatever the shop: the store's own day, the last pull, or a date that somebody chose."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.contract import pulling
from tests.integrations.providers.recording import STORE, RecordingRun


@pytest.mark.parametrize(
    ("timezone", "today", "start"),
    [
        ("America/New_York", date(2026, 3, 4), datetime(2026, 3, 4, 5, tzinfo=UTC)),
        (
            "America/New_York",
            date(2026, 3, 9),
            datetime(2026, 3, 9, 4, tzinfo=UTC),
        ),  # the day after clocks went forward
        ("Pacific/Auckland", date(2026, 3, 4), datetime(2026, 3, 3, 11, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 3, 4), datetime(2026, 3, 3, 10, tzinfo=UTC)),
        ("Pacific/Pago_Pago", date(2026, 3, 4), datetime(2026, 3, 4, 11, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2026, 3, 4), datetime(2026, 3, 3, 18, 15, tzinfo=UTC)),
        (
            "America/Santiago",
            date(2026, 9, 6),
            datetime(2026, 9, 6, 4, tzinfo=UTC),
        ),  # midnight is skipped: the hour before it
    ],
)
def test_the_first_pull_begins_with_the_stores_day(timezone: str, today: date, start: datetime) -> None:
    store = replace(STORE, timezone=timezone, today=today)
    assert pulling.start(RecordingRun({}, store=store)) == start
    chosen = RecordingRun({}, store=store, parameters={"since": today.isoformat()}, cursor="2020-01-01T00:00:00+00:00")
    assert pulling.start(chosen, before_day=timedelta(seconds=1)) == start - timedelta(seconds=1)


def test_later_ones_go_on_from_the_last_and_look_back_as_far_as_the_shop_needs() -> None:
    run = RecordingRun({}, cursor="2026-03-04T10:00:00+00:00")
    assert pulling.start(run) == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert pulling.start(run, overlap=timedelta(seconds=60)) == datetime(2026, 3, 4, 9, 59, tzinfo=UTC)
