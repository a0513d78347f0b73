"""The receiver's log against the events: none missing, none unknown, duplicates counted and inside the bound."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backoffice.database.identifiers import public_id
from webhooks.delivery.writer import MOST_RESULTS

_DELIVERIES = """
SELECT delivery.id, delivery.event_id, endpoint.url, delivery.state, delivery.attempt_count,
    count(attempt.id) FILTER (WHERE NOT attempt.late), count(attempt.id) FILTER (WHERE attempt.late),
    count(attempt.id) FILTER (WHERE NOT attempt.late AND attempt.status BETWEEN 200 AND 299),
    count(DISTINCT attempt.body_sha256)
FROM webhooks_delivery delivery
JOIN webhooks_endpoint endpoint ON endpoint.id = delivery.endpoint_id
LEFT JOIN webhooks_attempt attempt ON attempt.delivery_id = delivery.id
GROUP BY delivery.id, endpoint.url
"""


@dataclass(frozen=True, slots=True)
class Books:
    """What was owed and what arrived, after they were found to agree."""

    deliveries: int
    arrived: int
    #: Arrivals beyond the first of each event at each endpoint.
    duplicates: int
    #: Attempts logged by workers that had lost their lease.
    late: int


def most_duplicates(*, kills: int, under_way: int) -> int:
    """Each kill may cost one flush, 200 results that were not written back, and the requests that were under way."""
    return kills * (MOST_RESULTS + under_way)


def check(
    rows: Callable[[str], list[Any]], arrivals: Mapping[tuple[str, int], int], *, kills: int, under_way: int
) -> Books:
    """Asserts of every delivery that it arrived, was counted once and is written as delivered; returns the sums.

    Arrivals are by webhook-id and endpoint, which the last part of the endpoint's URL numbers. A duplicate under another
    webhook-id would be an arrival that no event accounts for.
    """
    owed: Counter[tuple[str, int]] = Counter()
    late = 0
    for row, event, url, state, counted, attempts, its_late, successes, bodies in rows(_DELIVERIES):
        owed[public_id("evt", event), int(url.rpartition("/")[2])] += 1
        late += its_late
        assert state == "delivered", f"{row} is {state}"
        assert counted == attempts, f"{row} counts {counted} attempts and has {attempts}"
        assert successes == 1, f"{row} was written as delivered {successes} times"
        assert bodies == 1, f"{row} was sent with {bodies} different bodies"
    missing = {key for key in owed if arrivals.get(key, 0) < owed[key]}
    unknown = {key for key in arrivals if key not in owed}
    assert not missing, f"{len(missing)} of {len(owed)} never arrived"
    assert not unknown, f"{len(unknown)} arrivals carry an id that no event has"
    duplicates = sum(arrivals.values()) - sum(owed.values())
    bound = most_duplicates(kills=kills, under_way=under_way)
    assert duplicates <= bound, f"{duplicates} duplicates after {kills} kills; {bound} are allowed"
    return Books(sum(owed.values()), sum(arrivals.values()), duplicates, late)
