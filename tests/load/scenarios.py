"""The scenarios: each measures one system from outside and returns its figures; nothing here knows which system it is."""

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from tests.load.client import Answer, Call, Poster
from tests.load.processes import cpu_seconds, memory_bytes
from tests.load.services import Receiver, Services
from tests.load.system import System

ENDPOINTS = 10
HANG_SECONDS = 10
CONNECTIONS = 8
PACED_CONNECTIONS = 64
WARM_UP = 200

Figures = dict[str, float]


class IncompleteError(RuntimeError):
    """Deliveries did not arrive, or were not written back, in the time given: there is no figure to report."""


@dataclass(slots=True)
class Bench:
    """One system with fresh tables and a receiver of its own."""

    system: System
    services: Services
    receiver: Receiver
    hanging: Sequence[int] = ()

    def __enter__(self) -> Self:
        self.system.prepare(self.receiver.urls(ENDPOINTS, hanging=self.hanging, hang_seconds=HANG_SECONDS))
        return self

    def __exit__(self, *_: object) -> None:
        self.system.stop()
        self.receiver.close()

    def cpu(self) -> float:
        """CPU seconds so far of the system's processes, PostgreSQL and the broker; not of receiver and load generator."""
        return cpu_seconds([*self.system.pids(), *self.services.pids()])

    def await_all(self, arrivals: int, delivered: int, *, seconds: float) -> float:
        """Waits until so many calls have arrived and deliveries are written; returns the time. Raises `IncompleteError`."""
        deadline = time.monotonic() + seconds
        arrived = self.receiver.wait_for(arrivals, seconds=seconds)
        while (written := self.system.delivered()) < delivered or not arrived:
            if time.monotonic() > deadline:
                raise IncompleteError(
                    f"{self.system.name}: {self.receiver.count()} of {arrivals} arrived, {written} of {delivered} written"
                )
            time.sleep(0.05)
        return time.monotonic()


def bench(system: System, services: Services, *, hanging: Sequence[int] = ()) -> Bench:
    """A system with empty tables and a new receiver."""
    return Bench(system, services, Receiver(), hanging)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _drain(on: Bench, count: int, *, already: int, seconds: float) -> Figures:
    first = on.receiver.count()
    on.system.backlog(count)
    cpu = on.cpu()
    released = time.monotonic()
    on.system.release()
    done = on.await_all(first + count, already + count, seconds=seconds)
    cpu = on.cpu() - cpu
    arrivals = on.receiver.arrivals(first)
    start = min(arrivals.values())
    return {
        "deliveries_per_second": count / (done - start),
        "cpu_seconds_per_1000": cpu * 1000 / count,
        "first_after_ms": (start - released) * 1000,
        "duplicates": on.receiver.count() - first - len(arrivals),
    }


def backlog(system: System, services: Services, *, count: int, workers: int = 1, seconds: float = 120) -> Figures:
    """A backlog of stored deliveries is sent and written back; the clock runs from the first arrival to the last write."""
    with bench(system, services) as on:
        system.start(workers=workers, web=False)
        _drain(on, WARM_UP, already=0, seconds=60)
        return _drain(on, count, already=WARM_UP, seconds=seconds)


def memory(system: System, services: Services, *, chunk: int, chunks: int, seconds: float) -> Figures:
    """Memory of the workers after each chunk of deliveries; stops early when the seconds are used up."""
    with bench(system, services) as on:
        system.start(web=False)
        deadline = time.monotonic() + seconds
        sizes: list[int] = []
        while len(sizes) < chunks and (len(sizes) < 3 or time.monotonic() < deadline):
            _drain(on, chunk, already=len(sizes) * chunk, seconds=300)
            sizes.append(memory_bytes(system.worker_pids()))
        return {
            "deliveries": len(sizes) * chunk,
            "megabytes_at_end": sizes[-1] / 1e6,
            "growth_percent": (sizes[-1] / sizes[0] - 1) * 100,
        }


def _posted(answers: Sequence[Answer]) -> Sequence[Answer]:
    refused = [answer for answer in answers if answer.status not in {201, 202}]
    if refused:
        raise IncompleteError(
            f"{len(refused)} of {len(answers)} posts refused: {refused[0].status} {refused[0].body[:500]!r}"
        )
    return answers


def latency(
    system: System,
    services: Services,
    *,
    per_second: float,
    seconds: float,
    hanging: Sequence[int] = (),
    patience: float = 30,
) -> Figures:
    """Milliseconds from sending an order to its webhook's arrival, for endpoints that answer.

    Orders go to the stores in turn. One that has not arrived when the patience ends counts with the time waited so far.
    """
    with bench(system, services, hanging=hanging) as on:
        system.start()
        healthy = [number for number in range(ENDPOINTS) if number not in hanging]
        poster = Poster(PACED_CONNECTIONS)
        warm = [system.order_call(number) for _ in range(5) for number in healthy]
        _posted(poster.pace(warm, per_second=50))
        on.await_all(len(warm), len(warm), seconds=30)
        first = on.receiver.count()
        calls = [system.order_call(number) for number in range(int(per_second * seconds))]
        cpu = on.cpu()
        answers = _posted(poster.pace(calls, per_second=per_second))
        poster.close()
        watched = {answer.event_id: answer for answer in answers if answer.number % ENDPOINTS not in hanging}
        deadline = time.monotonic() + patience
        while len(arrivals := on.receiver.arrivals(first).keys() & watched.keys()) < len(watched):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        end = time.monotonic()
        cpu = on.cpu() - cpu
        arrived = on.receiver.arrivals(first)
        waits = [(arrived.get(event, end) - answer.sent) * 1000 for event, answer in watched.items()]
        return {
            "p50_ms": percentile(waits, 0.50),
            "p99_ms": percentile(waits, 0.99),
            "not_arrived": len(watched) - len(arrivals),
            "cpu_percent_of_a_core": cpu * 100 / max(seconds, end - answers[0].sent),
        }


def _calls(system: System) -> Iterator[Call]:
    return (system.order_call(number) for number in itertools.count())


def storm(system: System, services: Services, *, count: int, seconds: float = 120) -> Figures:
    """Orders are stored through the API as fast as it takes them, and delivered at the same time, until all is done."""
    with bench(system, services) as on:
        system.start()
        poster = Poster(CONNECTIONS)
        _posted(poster.flood(itertools.islice(_calls(system), WARM_UP)))
        on.await_all(WARM_UP, WARM_UP, seconds=60)
        cpu, start = on.cpu(), time.monotonic()
        answers = _posted(poster.flood(itertools.islice(_calls(system), count)))
        stored = max(answer.answered for answer in answers)
        done = on.await_all(WARM_UP + count, WARM_UP + count, seconds=seconds)
        cpu = on.cpu() - cpu
        poster.close()
        arrivals = on.receiver.arrivals(WARM_UP)
        waits = [(arrivals[answer.event_id] - answer.sent) * 1000 for answer in answers]
        return {
            "events_per_second": count / (done - start),
            "stored_per_second": count / (stored - start),
            "cpu_seconds_per_1000": cpu * 1000 / count,
            "p99_ms": percentile(waits, 0.99),
        }


def _flood(on: Bench, calls: Iterator[Call], *, seconds: float, each: int = 1) -> Figures:
    poster = Poster(CONNECTIONS)
    _posted(poster.flood(calls, seconds=0.5))
    cpu, start = on.cpu(), time.monotonic()
    answers = _posted(poster.flood(calls, seconds=seconds))
    took = max(answer.answered for answer in answers) - start
    cpu = on.cpu() - cpu
    poster.close()
    count = len(answers) * each
    return {
        "events_per_second": count / took,
        "cpu_seconds_per_1000": cpu * 1000 / count,
        "answer_p99_ms": percentile([(answer.answered - answer.sent) * 1000 for answer in answers], 0.99),
    }


def ingest(system: System, services: Services, *, seconds: float) -> Figures:
    """`POST orders` as fast as answers come, with no delivery worker running."""
    with bench(system, services) as on:
        system.start(workers=0)
        return _flood(on, _calls(system), seconds=seconds)


def ingest_batch(system: System, services: Services, *, seconds: float, size: int) -> Figures | None:
    """`POST orders/batch` likewise, counted in events; None where the system has no such call."""
    with bench(system, services) as on:
        system.start(workers=0)
        if system.batch_call(0, size) is None:
            return None
        calls = (system.batch_call(number * size, size) for number in itertools.count())
        return _flood(on, (call for call in calls if call is not None), seconds=seconds, each=size)


def bare_insert(system: System, services: Services, *, seconds: float) -> Figures | None:
    """The view that inserts one row and does nothing else, under the same server; None where the system has none."""
    with bench(system, services) as on:
        system.start(workers=0)
        if system.bare_call(0) is None:
            return None
        calls = (system.bare_call(number) for number in itertools.count())
        return _flood(on, (call for call in calls if call is not None), seconds=seconds)
