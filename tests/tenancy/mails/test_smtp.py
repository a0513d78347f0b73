"""The outbox with a mail server that speaks SMTP: one connection a round, refusals, and silence."""

import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.tenancy.mails import outbox
from backoffice.tenancy.mails.outbox import Kind, Letter, put
from backoffice.tenancy.models import Mail
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db

KIND = Kind("weather.rain", lambda mail, _foot: Letter(f"About {mail.about}", "It rains."))


class MailServer:
    """Takes mails, refuses recipients that begin with "no", puts off those that begin with "later"; says nothing if `silent`."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.connections = 0
        self.silent = False
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            if self.silent:
                lines.read(1)
                return
            connection.sendall(b"220 here\r\n")
            recipient = ""
            for line in lines:
                command = line.decode().strip().lower()
                if command.startswith("rcpt"):
                    recipient = command.partition("<")[2].rstrip(">")
                connection.sendall(f"{self._answer(command, recipient)}\r\n".encode())
                if command == "data":
                    while next(lines) != b".\r\n":
                        pass
                    self.taken.append(recipient)
                    connection.sendall(b"250 taken\r\n")

    def _answer(self, command: str, recipient: str) -> str:
        if command.startswith("rcpt"):
            return {"no": "550 no", "later": "451 later"}.get(recipient.partition("@")[0], "250 yes")
        return "354 go on" if command == "data" else "250 ok"


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    made = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.port
    monkeypatch.setattr(outbox, "_kinds", {KIND.code: KIND})
    yield made
    made.close()


def note(*addresses: str) -> None:
    put(KIND, about="today", organization=StoreFactory.create().organization, addresses=addresses)


def states() -> dict[str, str]:
    return dict(Mail.objects.values_list("to", "state"))


def test_one_connection_takes_a_round_whatever_is_refused_in_it(server: MailServer) -> None:
    note("a@example.com", "no@example.com", "b@example.com", "later@example.com", "c@example.com")
    assert outbox.send_waiting(timezone.now()) == 3
    assert server.taken == ["a@example.com", "b@example.com", "c@example.com"]
    assert server.connections == 1
    assert states() == {
        "a@example.com": "sent",
        "no@example.com": "refused",
        "b@example.com": "sent",
        "later@example.com": "waiting",
        "c@example.com": "sent",
    }


def test_a_mail_server_that_says_nothing_ends_the_round_in_time(server: MailServer, settings: Settings) -> None:
    assert settings.EMAIL_TIMEOUT == 15
    settings.EMAIL_TIMEOUT = 0.3
    server.silent = True
    note("a@example.com", "b@example.com")
    started = monotonic()
    assert outbox.send_waiting(timezone.now()) == 0
    assert monotonic() - started < 10
    assert server.connections == 1
    assert states() == {"a@example.com": "waiting", "b@example.com": "waiting"}
