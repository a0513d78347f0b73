"""The worker of a run dies in the middle: another goes on from the last checkpoint, and no order comes in twice."""

import time

import pytest

from integrations.runs.lease import MOST_TRIES, SILENCE
from tests.chaos.system import System
from tests.integrations.providers.local_service import serving
from tests.integrations.providers.woocommerce.fake_shop import KEY, SECRET, Shop, documented_order

pytestmark = pytest.mark.faults

ORDERS = 150


def state(system: System) -> tuple[str, int, int]:
    ((found, tries, done),) = system.rows(
        "SELECT state, tries, created + updated + skipped + failed FROM integrations_run"
    )
    return found, tries, done


def test_a_run_whose_worker_is_killed_goes_on_and_takes_nothing_in_twice(system: System) -> None:
    shop = Shop(
        [
            documented_order(id=n, number=str(n), date_modified_gmt=f"2026-03-04T{n // 60:02}:{n % 60:02}:00")
            for n in range(1, ORDERS + 1)
        ],
        after_page=lambda: time.sleep(0.2),
    )
    system.seed("ok/0")
    with serving(shop) as service:
        system.ask(
            "seed_run",
            tenant="chaos",
            provider="woocommerce",
            values={"store_url": service.url},
            secrets={"consumer_key": KEY, "consumer_secret": SECRET},
            parameters={"since": "2026-03-01"},
        )
        system.start_celery(queue="runs")
        system.wait(lambda: state(system)[2] > 10, every=0.01)
        system.kill_celery()
        died = state(system)
        assert died[:2] == ("running", 1)
        assert died[2] < ORDERS, "it was over before it was killed"

        system.rows("UPDATE integrations_run SET heartbeat_at = heartbeat_at - %s", SILENCE)
        system.ask("tend_runs")
        system.start_celery(queue="runs")
        system.wait(lambda: state(system)[0] == "succeeded")
    # What was taken in after the last checkpoint is looked at again, and skipped.
    assert state(system)[:2] == ("succeeded", 2)
    assert state(system)[2] >= ORDERS
    ((events, once, orders),) = system.rows(
        "SELECT count(*), count(DISTINCT (order_id, type)), count(DISTINCT order_id) FROM webhooks_orderevent"
    )
    assert (events, orders) == (once, ORDERS)
    assert sum(system.states().values()) == events


def test_one_whose_workers_keep_dying_is_said_to_have_stalled(system: System) -> None:
    system.seed("ok/0")
    system.ask("seed_run", tenant="chaos", provider="woocommerce", values={}, secrets={}, parameters={})
    system.rows(
        "UPDATE integrations_run SET state = 'running', tries = %s, heartbeat_at = now() - %s", MOST_TRIES, 2 * SILENCE
    )
    system.ask("tend_runs")
    assert state(system)[0] == "stalled"
    ((failing,),) = system.rows("SELECT failing_since IS NOT NULL FROM integrations_integration")
    assert failing
