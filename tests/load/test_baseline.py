import json
from collections.abc import Iterator

import psycopg
import pytest
from standardwebhooks import Webhook

from tests.load.client import Poster
from tests.load.goals import Results, verdicts
from tests.load.ours import OurSystem
from tests.load.plain_system import PlainSystem
from tests.load.report import ROWS, ratio, table
from tests.load.scenarios import bench, percentile
from tests.load.services import Receiver, Services
from tests.load.system import SECRET


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with Services(tmp_path_factory.mktemp("load")) as running:
        yield running


@pytest.mark.faults
@pytest.mark.parametrize("way", [PlainSystem, OurSystem])
def test_what_was_posted_is_delivered_once_and_a_stock_verifier_accepts_it(
    way: type[PlainSystem] | type[OurSystem], services: Services
) -> None:
    system = way(services, services.folder)
    with bench(system, services) as on:
        system.start()
        poster = Poster(4)
        answers = poster.flood(iter([system.order_call(number) for number in range(50)]))
        poster.close()
        on.await_all(50, 50, seconds=30)

        assert {answer.status for answer in answers} == {202}
        assert on.receiver.arrivals().keys() == {answer.event_id for answer in answers}
        assert on.receiver.count() == 50
        samples = on.receiver.samples()
        assert len(samples) == 50
        for headers, body in samples:
            verified = Webhook(SECRET).verify(body, headers)
            assert verified["id"] == headers["webhook-id"]
            assert verified["type"] == "order.closed"
            assert verified["data"]["order"]["id"].startswith("ord_")
            assert 2000 < len(body) < 4096
        assert system.delivered() == 50


@pytest.mark.faults
def test_the_plain_way_keeps_its_database_connections_from_task_to_task(services: Services) -> None:
    system = PlainSystem(services, services.folder)
    with bench(system, services) as on:
        system.start(web=False)
        seen = []
        for turn in range(1, 3):
            system.backlog(60)
            system.release()
            on.await_all(turn * 60, turn * 60, seconds=60)
            with psycopg.connect(services.postgres.url("postgres", "plain")) as connection:
                seen.append(
                    connection.execute(
                        "SELECT pid FROM pg_stat_activity WHERE datname = 'plain' AND pid <> pg_backend_pid() ORDER BY pid"
                    ).fetchall()
                )
        assert seen[0] == seen[1] != []


@pytest.mark.faults
def test_the_receiver_behaves_as_its_paths_say() -> None:
    receiver = Receiver()
    poster = Poster(4)
    try:
        paths = ("ok/3", "slow/300/4", "status/503/5", "hang/0.2/6")
        calls = [receiver.call(path, number) for number, path in enumerate(paths)]
        answers = {answer.number: answer for answer in poster.flood(iter(calls))}
        took = {number: answer.answered - answer.sent for number, answer in answers.items()}

        assert [answers[number].status for number in range(4)] == [200, 200, 503, 200]
        assert took[0] < 0.2
        assert took[1] >= 0.3
        assert took[3] >= 0.2
        assert receiver.arrivals().keys() == {"id-0", "id-1", "id-2", "id-3"}
    finally:
        poster.close()
        receiver.close()


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile(list(range(1, 101)), 0.99) == 100
    assert percentile([7], 0.99) == 7


def test_a_ratio_above_one_means_ours_is_better_whichever_way_the_figure_counts() -> None:
    results: Results = {
        "backlog": {
            "plain": {"deliveries_per_second": 200, "cpu_seconds_per_1000": 6},
            "ours": {"deliveries_per_second": 4000, "cpu_seconds_per_1000": 0.3},
        },
        "bare_insert": {"plain": {"events_per_second": 1000}},
        "ingest": {"ours": {"events_per_second": 500}},
    }
    found = {row.label: ratio(row, results) for row in ROWS}

    assert found["Backlog: deliveries/s"] == pytest.approx(20)
    assert found["Backlog: CPU-s per 1,000"] == pytest.approx(20)
    assert found["Ingest against a bare insert: requests/s"] == pytest.approx(0.5)
    assert found["20 orders/s: p99 ms"] is None
    assert "20.00 x" in table(results)
    assert json.loads(json.dumps(found)) == found


def test_a_goal_is_reached_at_its_bound_and_missed_beyond_it() -> None:
    def verdict(**figures: float) -> dict[str, object]:
        results: Results = {
            "hanging": {"ours": {"p99_ms": figures["hanging"]}},
            "latency": {"ours": {"p99_ms": 10}},
            "ingest_batch": {"ours": {"events_per_second": figures["batch"]}},
        }
        return {str(each["goal"]): each["reached"] for each in verdicts(results)}

    hanging, batch = "One of ten hangs: healthy p99, with against without", "POST orders/batch"
    assert verdict(hanging=15, batch=5000) == {hanging: True, batch: True}
    assert verdict(hanging=15.1, batch=4999) == {hanging: False, batch: False}


def test_the_table_says_what_was_missed() -> None:
    lines = table({"memory": {"ours": {"growth_percent": 11, "deliveries": 200_000}}}).splitlines()
    assert lines[-1].split() == ["Worker", "memory:", "growth", "<=", "10", "11.00", "missed"]
