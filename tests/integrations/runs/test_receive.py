"""Orders of shops on their way through a run: each state once, one that cannot be stored alone, and found again by its key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.contract import OrderState, PulledOrder, Run
from integrations.models import Integration, RunState
from integrations.models import Run as RunRow
from integrations.runs.execute import execute
from integrations.runs.start import retry_failed, start_run
from tests.factories.integrations import IntegrationFactory
from tests.integrations.runs.conftest import Does
from webhooks.models import OrderEvent

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
ORDER = PulledOrder(
    id="5", number="000000017", currency="USD", state=OrderState.OPEN, placed_at=NOW, updated_at=NOW, total=Decimal("12.50")
)  # fmt: skip


def test_the_same_pull_twice_makes_each_event_once(does: Does, integration: Integration) -> None:
    def pull(run: Run) -> None:
        run.receive(ORDER)
        run.receive(replace(ORDER, state=OrderState.CLOSED, updated_at=NOW + timedelta(seconds=1)))

    action = does(pull)
    outcomes = []
    for _ in range(2):
        run = start_run(integration=integration, action=action, parameters={}, dry_run=False, by=None)
        execute(run.pk)
        run.refresh_from_db()
        outcomes.append((run.created, run.updated, run.skipped, run.failed))
    assert outcomes == [(1, 1, 0, 0), (0, 0, 2, 0)]
    assert list(OrderEvent.objects.order_by("pk").values_list("type", flat=True)) == ["order.opened", "order.closed"]


def test_a_run_knows_which_orders_of_its_own_shop_came_before(does: Does, integration: Integration) -> None:
    known = list[frozenset[str]]()
    long = "9" * 250

    def pull(run: Run) -> None:
        known.append(run.seen(["5", long, "6"]))
        run.receive(ORDER)
        run.receive(replace(ORDER, id=long, number="000000018"))

    action = does(pull)
    for one in (integration, integration, IntegrationFactory.create(settings_saved_at=NOW)):
        execute(start_run(integration=one, action=action, parameters={}, dry_run=False, by=None).pk)
    assert known == [frozenset(), {"5", long}, frozenset()]


def test_an_order_that_cannot_be_stored_is_done_again_by_the_key_that_its_shop_finds_it_by(
    does: Does, integration: Integration
) -> None:
    """Its number is for people: a shop that is asked for the id 17 has another order there, or none."""
    broken, asked = [True], list[tuple[str, ...]]()

    def pull(run: Run) -> None:
        asked.append(tuple(run.only))
        run.receive(replace(ORDER, currency="NOPE" if broken else "USD"), "5")
        run.receive(replace(ORDER, id="6", number="000000018"), "6")

    action = does(pull)
    first = start_run(integration=integration, action=action, parameters={}, dry_run=False, by=None)
    execute(first.pk)
    first.refresh_from_db()
    assert (first.state, first.created, first.failed) == (RunState.PARTLY_SUCCEEDED, 1, 1)
    failed = first.items.get(outcome="failed")
    assert (failed.key, failed.note) == ("5", "The shop wrote order 000000017 in a way that cannot be read.")
    broken.clear()
    again = retry_failed(run=first, action=action, by=None)
    execute(again.pk)
    assert asked == [(), ("5",)]
    assert RunRow.objects.get(pk=again.pk).state == RunState.SUCCEEDED


@pytest.mark.parametrize(("currency", "total"), [("JPY", 13), ("USD", 1250), ("KWD", 12500)])
def test_several_currencies_in_one_pull_keep_their_own_minor_units(
    does: Does, integration: Integration, currency: str, total: int
) -> None:
    def pull(run: Run) -> None:
        run.receive(replace(ORDER, id="other"))
        run.receive(replace(ORDER, currency=currency))

    execute(start_run(integration=integration, action=does(pull), parameters={}, dry_run=False, by=None).pk)
    event = OrderEvent.objects.latest("pk")
    assert f'"total":{total}' in event.order_json.replace(" ", "")
    assert f'"currency":"{currency}"' in event.order_json.replace(" ", "")
