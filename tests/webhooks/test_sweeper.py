import pytest

from webhooks import giving_up, lanes
from webhooks.delivery.engine import Engine
from webhooks.sweeper import Sweeper

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_turn_that_fails_does_not_end_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    turned: list[bool] = []

    def fail_twice(self: Engine, *, claiming: bool, wait_seconds: float) -> None:
        turned.append(claiming)
        if len(turned) <= 2:
            raise ZeroDivisionError

    monkeypatch.setattr(Engine, "turn", fail_twice)
    sweeper = Sweeper(every_seconds=60)
    monkeypatch.setattr(sweeper, "sweep", lambda: 1)
    steps = iter([False] * 5)
    sweeper.run(lambda: next(steps, True))
    assert turned[:5] == [True] * 5


def test_a_sweep_that_fails_does_not_end_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps: list[int] = []

    def fail(self: Sweeper) -> int:
        sweeps.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(Sweeper, "sweep", fail)
    steps = iter([False] * 3)
    Sweeper(every_seconds=0.01).run(lambda: next(steps, True))
    assert len(sweeps) >= 2


def test_it_looks_for_dead_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr(giving_up, "disable_dead", lambda: looked.append(1))
    sweeper = Sweeper(every_seconds=1)
    for _ in range(9):
        sweeper.sweep()
    assert len(looked) == 2
    assert lanes.overdue(seconds=0) == 0
