"""How the listener waits, and where it goes on after it was killed."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from webhooks.delivery.signing import generate_secret
from webhooks.listen import follow, http, position
from webhooks.listen.api import LaterError, Page
from webhooks.listen.follow import Follower
from webhooks.listen.http import Answer, UnreachableError, parse
from webhooks.listen.position import NotKeptError, Position, load, save


class Script:
    """Answers as written; ends the following by an interrupt once there is nothing more."""

    def __init__(self, *pages: Page | Exception) -> None:
        self.pages = list(pages)
        self.asked: list[str] = []

    def events(self, *, types: Any, cursor: str, since: str) -> Page:
        self.asked.append(cursor or since)
        if not self.pages:
            raise KeyboardInterrupt
        page = self.pages.pop(0)
        if isinstance(page, Exception):
            raise page
        return page


def event(name: str) -> dict[str, Any]:
    return {"id": f"evt_{name}", "type": "order.closed", "data": {"order": {"id": name}}}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def post(url: Any, method: str, headers: Any, *, body: bytes, timeout_seconds: float) -> Answer:
        if headers["webhook-id"] == "evt_dead":
            raise KeyboardInterrupt
        if headers["webhook-id"] == "evt_deaf":
            raise UnreachableError("connection refused")
        names.append(headers["webhook-id"])
        return Answer(200, {}, b"", 1)

    monkeypatch.setattr(follow, "send", post)
    return names


def follower(script: Script, file: Path, known: Position | None = None) -> tuple[Follower, list[str]]:
    said: list[str] = []
    start = known or Position(secret=generate_secret(), since="2026-01-01T00:00:00Z")
    made = Follower(
        script,  # type: ignore[arg-type]
        target=parse("http://localhost:1/"),
        types=[],
        position=start,
        file=file,
        say=said.append,
    )
    return made, said


def waits(script: Script, file: Path) -> tuple[list[float], list[str]]:
    slept: list[float] = []
    made, said = follower(script, file)
    with pytest.raises(KeyboardInterrupt):
        made.follow(slept.append)
    return slept, said


def test_waits_longer_while_nothing_happens(sent: list[str], tmp_path: Path) -> None:
    nothing = Page([], "cur_1", has_more=False)
    slept, _said = waits(Script(*[nothing] * 8, Page([event("a")], "cur_2", has_more=False)), tmp_path / "p")
    assert slept[:3] == [1.0, 1.5, 2.25]
    assert (max(slept), slept[-1]) == (10.0, 1.0)


def test_a_full_page_is_followed_at_once(sent: list[str], tmp_path: Path) -> None:
    pages = [Page([event("a")], "cur_1", has_more=True), Page([event("b")], "cur_2", has_more=False)]
    script = Script(*pages)
    slept, _said = waits(script, tmp_path / "p")
    assert (slept, sent) == ([1.0], ["evt_a", "evt_b"])
    assert script.asked == ["2026-01-01T00:00:00Z", "cur_1", "cur_2"]


def test_waits_as_long_as_it_is_told(sent: list[str], tmp_path: Path) -> None:
    trouble = [LaterError("The API answered 429.", 17.0), *[LaterError("The API cannot be reached.")] * 12]
    slept, said = waits(Script(*trouble), tmp_path / "p")
    assert slept[:3] == [17.0, 1.0, 1.5]
    assert slept[-1] == 60.0
    assert said[0].endswith("The API answered 429. Trying again in 17 s.")


def test_a_receiver_that_is_not_there_is_told_and_passed_by(sent: list[str], tmp_path: Path) -> None:
    made, said = follower(Script(Page([event("deaf"), event("a")], "cur_1", has_more=False)), tmp_path / "p")
    made.catch_up()
    assert (made.failed, sent) == (1, ["evt_a"])
    assert said[0].endswith("evt_deaf  -> connection refused")


def test_killed_amid_a_page_it_sends_no_event_twice(sent: list[str], tmp_path: Path) -> None:
    file = tmp_path / "p"
    made, _said = follower(Script(Page([event("a"), event("dead"), event("b")], "cur_1", has_more=False)), file)
    with pytest.raises(KeyboardInterrupt):
        made.catch_up()
    known = load(file)
    assert known
    assert (known.cursor, known.done) == ("", ["evt_a"])
    again, _said = follower(Script(Page([event("a"), event("c")], "cur_1", has_more=False)), file, known)
    again.catch_up()
    assert sent == ["evt_a", "evt_c"]
    assert load(file) == Position(secret=known.secret, cursor="cur_1", since="2026-01-01T00:00:00Z")


def test_the_position_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = position.default_file("http://api", "sto_1", "http://localhost/")
    assert file != position.default_file("http://api", "sto_2", "http://localhost/")
    assert load(file) is None
    save(file, Position(secret="whsec_x"))
    assert file.stat().st_mode & 0o077 == 0
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    file.write_text("[]")
    with pytest.raises(NotKeptError, match="not a file of this program"):
        load(file)
    with pytest.raises(NotKeptError, match=r"cannot be kept in .*: File exists\. Name another file"):
        save(file / "below", Position(secret="whsec_x"))


def _answering(pieces: Sequence[bytes], pause: float = 0.0) -> Iterator[str]:
    """The address of a server that sends these bytes to the first who asks."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with contextlib.suppress(OSError), server.accept()[0] as caller:
                caller.recv(65536)
                for piece in pieces:
                    caller.sendall(piece)
                    time.sleep(pause)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


_LENGTH = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "timeout_seconds", "why"),
    [
        ([_LENGTH, *[b"x"] * 50], 0.3, "no answer within 0.3 s"),
        ([b"HTTP/1.1 200 OK\r\n", *[b"x-a: b\r\n"] * 50, b"\r\n"], 0.3, "no answer within 0.3 s"),
        ([b"HELLO\r\n\r\n"], 10, "what answers there does not speak HTTP, or hung up"),
        ([_LENGTH + b"x"], 10, "IncompleteRead(1 bytes read, 49 more expected)"),
    ],
)
def test_what_does_not_come_whole_and_in_time_is_no_answer(
    pieces: Sequence[bytes], timeout_seconds: float, why: str
) -> None:
    with contextlib.contextmanager(_answering)(pieces, 0.05) as address, pytest.raises(UnreachableError) as caught:
        http.send(parse(address), "GET", {}, timeout_seconds=timeout_seconds)
    assert str(caught.value) == why


def test_silence_after_the_headers_has_no_time_of_its_own() -> None:
    """The headers are whole after 2 s, and after 4 s the receiver hangs up: given up before, after 3 s."""
    pieces = [b"HTTP/1.1 200 OK\r\n", b"content-length: 50\r\n\r\n"]
    with contextlib.contextmanager(_answering)(pieces, 2) as address, pytest.raises(UnreachableError) as caught:
        http.send(parse(address), "GET", {}, timeout_seconds=3)
    assert str(caught.value) == "no answer within 3 s"


def test_addresses_may_hold_any_letters() -> None:
    assert parse("http://localhost:1/Küche bar?x=é%20/").geturl() == "http://localhost:1/K%C3%BCche%20bar?x=%C3%A9%20/"


@pytest.mark.parametrize("url", ["localhost:3000", "ftp://x/", "http://", "http://a:b@x/", "http://x:port/"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError):
        parse(url)
