"""A receiver whose answers are given one after the other."""

import socket
import time

import pytest

from tests.outbound import server


class Scripted:
    """The last answer stays. Records what arrived, and how much at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        #: How many requests were under way when each answer was chosen.
        self.under_way: list[tuple[str, int]] = []
        self.answers: list[tuple[str, str]] = [("200 OK", "")]
        self.seconds = 0.0
        self.at_once = 0
        self.most_at_once = 0
        self.server = server.Receiver()
        monkeypatch.setitem(server.BEHAVIOURS, "scripted", self._answer)

    def _answer(self, _server: server.Receiver, connection: socket.socket, _path: str) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self.seconds)
        status, headers = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.under_way.append((status, self.at_once))
        self.at_once -= 1
        server.answer(connection, status, headers=headers)

    def ids(self) -> list[str | None]:
        return [request.header("webhook-id") for request in self.server.received]
