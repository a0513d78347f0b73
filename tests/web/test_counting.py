"""What limits count: each name by itself, anew with every minute of the clock."""

from uuid import uuid4

import pytest

from backoffice.web.counting import count_this_minute


def test_each_name_counts_by_itself_and_anew_each_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.web.counting.time.time", lambda: 1_800_000_045.0)
    one, other = f"counting:{uuid4()}", f"counting:{uuid4()}"
    assert [count_this_minute(one) for _ in range(2)] == [(1, 15), (2, 15)]
    assert count_this_minute(other) == (1, 15)
    monkeypatch.setattr("backoffice.web.counting.time.time", lambda: 1_800_000_059.9)
    assert count_this_minute(one) == (3, 1)
    monkeypatch.setattr("backoffice.web.counting.time.time", lambda: 1_800_000_060.0)
    assert count_this_minute(one) == (1, 60)
