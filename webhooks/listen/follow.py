"""Following the events and forwarding each, signed as the hub signs, to an address on the developer's machine."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

from webhooks.delivery.signing import signature_header
from webhooks.listen.api import Api, LaterError, Page
from webhooks.listen.http import UnreachableError, send
from webhooks.listen.position import Position, save

#: How long to wait while nothing happens, and while the API cannot answer: from the first to the last, each time longer.
IDLE_SECONDS = (1.0, 10.0)
TROUBLE_SECONDS = (1.0, 60.0)
RECEIVER_SECONDS = 15.0

Say = Callable[[str], None]


@dataclass(slots=True)
class Pause:
    """A wait that grows each time until it is reset."""

    first: float
    longest: float
    seconds: float = 0.0

    def next(self) -> float:
        self.seconds = min(self.longest, max(self.first, self.seconds * 1.5))
        return self.seconds

    def reset(self) -> None:
        self.seconds = 0.0


class Follower:
    """Reads pages and forwards their events, one after the other; every event is kept as done before the next is sent."""

    def __init__(
        self, api: Api, *, target: SplitResult, types: Sequence[str], position: Position, file: Path, say: Say
    ) -> None:
        self._api = api
        self._target = target
        self._types = types
        self._position = position
        self._file = file
        self._say = say
        self.failed = 0

    def catch_up(self) -> None:
        """Forward what there is, and end. Raises RefusedError, and LaterError at once."""
        while self._page().has_more:
            pass

    def follow(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Forward what there is and what comes, until interrupted. Raises RefusedError."""
        idle, trouble = Pause(*IDLE_SECONDS), Pause(*TROUBLE_SECONDS)
        while True:
            try:
                page = self._page()
            except LaterError as error:
                seconds = error.seconds if error.seconds is not None else trouble.next()
                self._say(f"{_clock()}  {error} Trying again in {seconds:g} s.")
                sleep(seconds)
                continue
            trouble.reset()
            if page.events:
                idle.reset()
            if not page.has_more:
                sleep(idle.next())

    def _page(self) -> Page:
        position = self._position
        page = self._api.events(types=self._types, cursor=position.cursor, since=position.since)
        for event in page.events:
            if event["id"] not in position.done:
                self._forward(event)
                position.done.append(event["id"])
                save(self._file, position)
        if position.cursor != page.cursor:
            position.cursor, position.done = page.cursor, []
            save(self._file, position)
        return page

    def _forward(self, event: dict[str, Any]) -> None:
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "backoffice-listen/1",
            "webhook-id": event["id"],
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature_header(
                [self._position.secret], message_id=event["id"], timestamp=timestamp, body=body
            ),
        }
        try:
            answer = send(self._target, "POST", headers, body=body, timeout_seconds=RECEIVER_SECONDS)
        except UnreachableError as error:
            self.failed += 1
            outcome = str(error)
        else:
            self.failed += not 200 <= answer.status < 300
            outcome = f"{answer.status} in {answer.milliseconds} ms"
        order = event["data"]["order"].get("id", "")
        self._say(f"{_clock()}  {event['type']:<20}  {order}  {event['id']}  -> {outcome}")


def _clock() -> str:
    return datetime.now().astimezone().strftime("%H:%M:%S")
