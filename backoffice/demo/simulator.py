"""A small point of sale: lives through orders and posts each event to the public API with the store's key."""

import argparse
import heapq
import http.client
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from backoffice.demo.orders import OrderLife, Shop
from backoffice.demo.organizations import shop_of

OPEN_ORDERS = 8
STEP_SECONDS = (3.0, 12.0)
TRIES = 6
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# The store has no license or its key was revoked: somebody is trying that out in the back office.
REFUSED_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API said; status 0 means that nobody answered."""

    status: int
    body: bytes = b""
    retry_after: float | None = None

    @property
    def worth_a_retry(self) -> bool:
        return self.status in {0, 429} or self.status >= 500


class Api:
    """One keep-alive connection to the API. Raises ValueError for a host that is not this machine."""

    def __init__(self, url: str, *, timeout_seconds: float = 10) -> None:
        parts = urlsplit(url)
        if parts.hostname not in LOOPBACK:
            raise ValueError(f"The simulator posts to this machine alone, not to {parts.hostname}.")
        self._host, self._port = parts.hostname, parts.port or 80
        self._timeout = timeout_seconds
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """A server may close an idle connection just as it is used again: then a fresh one is tried once."""
        reused = self._connection is not None
        answer = self._post(path, body, headers)
        return self._post(path, body, headers) if reused and answer.status == 0 else answer

    def _post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
            self._connection.request("POST", path, json.dumps(body).encode(), dict(headers))
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return Answer(0)
        wait = response.headers.get("Retry-After", "")
        return Answer(response.status, text, float(wait) if wait.isdigit() else None)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(slots=True)
class Till:
    """One store's point of sale."""

    name: str
    key: str
    shop: Shop
    resting_until: float = 0.0


@dataclass(order=True, slots=True)
class Step:
    """The next event of an open order and when it is due."""

    due: float
    tie: int
    till: Till = field(compare=False)
    events: Iterator[dict[str, Any]] = field(compare=False)


class Simulator:
    """Keeps a few orders open at a time; `rate` makes everything so many times faster."""

    def __init__(
        self,
        api: Api,
        tills: Sequence[Till],
        *,
        rate: float = 1.0,
        chance: random.Random | None = None,
        sleep: Callable[[float], None] = time.sleep,
        say: Callable[[str], None] = print,
    ) -> None:
        self._api, self._tills, self._rate, self._sleep, self._say = api, list(tills), rate, sleep, say
        self._chance = chance or random.SystemRandom()
        self._steps: list[Step] = []
        self._count = 0
        # Receipt numbers go on rising when the demo is started again.
        self._first_number = int(time.time()) // 60 % 100_000

    def run(self, *, events: int | None = None) -> int:
        """Posts until `events` were accepted (None: for ever); returns how many were."""
        accepted = 0
        while events is None or accepted < events:
            while len(self._steps) < OPEN_ORDERS:
                self._open_order()
            step = heapq.heappop(self._steps)
            self._sleep(max(0.0, step.due - time.monotonic()))
            event = next(step.events, None)
            if event is None or not self._post(step.till, event):
                continue
            accepted += 1
            heapq.heappush(self._steps, Step(self._later(), step.tie, step.till, step.events))
        return accepted

    def _later(self) -> float:
        return time.monotonic() + self._chance.uniform(*STEP_SECONDS) / self._rate

    def _open_order(self) -> None:
        now = time.monotonic()
        awake = [till for till in self._tills if till.resting_until <= now]
        if not awake:
            self._sleep(1.0)
            return
        till = self._chance.choice(awake)
        self._count += 1
        life = OrderLife(
            till.shop,
            self._first_number + self._count,
            chance=random.Random(self._chance.getrandbits(64)),
            clock=lambda: datetime.now(UTC),
        )
        due = now if self._count <= OPEN_ORDERS // 2 else self._later()
        heapq.heappush(self._steps, Step(due, self._count, till, life.events()))

    def _post(self, till: Till, event: dict[str, Any]) -> bool:
        """Whether the API took the event; an order that it refuses is given up."""
        order = event["order"]
        headers = {
            "Authorization": f"Bearer {till.key}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"{order['id']}-{order['version']}",
        }
        answer = Answer(0)
        for attempt in range(TRIES):
            answer = self._api.post("/api/v1/orders", event, headers)
            if not answer.worth_a_retry:
                break
            pause = answer.retry_after if answer.retry_after is not None else 0.5 * 2**attempt
            self._say(f"{till.name}: {answer.status or 'no answer'}; again in {pause:g} s")
            self._sleep(pause)
        if answer.status == 202:
            total = f"{order['totals']['total']} {order['currency']}"
            self._say(f"{till.name}: {event['type']} {order['number']} {total}")
            return True
        if answer.status in {401, 403}:
            till.resting_until = time.monotonic() + REFUSED_PAUSE_SECONDS
        self._say(
            f"{till.name}: {event['type']} was refused with {answer.status}: {answer.body[:400].decode(errors='replace')}"
        )
        return False


def tills_of(description: Mapping[str, Any]) -> list[Till]:
    """The stores in `var/demo.json` that have the hub and a menu."""
    return [
        Till(store["code"], store["api_key"], shop)
        for store in description["stores"]
        if store["licensed"] and (shop := shop_of(store["organization"], store["code"]))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Posts realistic orders to the API of the demo.")
    parser.add_argument("description", type=Path, help="the demo's description, var/demo.json")
    parser.add_argument(
        "--rate", type=float, default=1.0, help="how many times faster than usual (about one event a second)"
    )
    parser.add_argument("--events", type=int, help="end after so many events")
    parser.add_argument("--seed", type=int, help="the same orders each time")
    arguments = parser.parse_args()
    description = json.loads(arguments.description.read_text())
    tills = tills_of(description)
    if not tills:
        raise SystemExit("No store in the description has a key.")
    chance = random.Random(arguments.seed) if arguments.seed is not None else None
    api = Api(description["url"])
    Simulator(api, tills, rate=arguments.rate, chance=chance, say=lambda line: print(line, flush=True)).run(
        events=arguments.events
    )


if __name__ == "__main__":
    main()
