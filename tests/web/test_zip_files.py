"""ZIP files that are made while they are downloaded: whole, and never held as a whole."""

import io
import random
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from zipfile import ZipFile

from backoffice.web.zip_files import BLOCK, ZippedFile, zip_response, zipped

AT = datetime(2026, 11, 1, 12, 30, 10, tzinfo=UTC)


def test_what_went_in_comes_out() -> None:
    files = [ZippedFile("README.txt", [b"one ", b"two"]), ZippedFile("empty.csv", []), ZippedFile("é.json", [b"{}"])]
    with ZipFile(io.BytesIO(b"".join(zipped(files, at=AT)))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "README.txt": b"one two",
            "empty.csv": b"",
            "é.json": b"{}",
        }
        assert archive.getinfo("README.txt").date_time == (2026, 11, 1, 12, 30, 10)


def test_memory_stays_the_same_however_much_there_is() -> None:
    def noise(blocks: int) -> Iterator[bytes]:
        chance = random.Random(1)
        for _block in range(blocks):
            yield chance.randbytes(20_000)

    def peak(blocks: int) -> int:
        tracemalloc.start()
        sent = sum(len(part) for part in zipped([ZippedFile("noise", noise(blocks))], at=AT))
        _now, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert sent > blocks * 20_000
        return highest

    assert peak(1_000) < peak(100) + 4 * BLOCK


def test_nothing_is_made_before_it_is_asked_for() -> None:
    made: list[str] = []

    def content(name: str) -> Iterator[bytes]:
        made.append(name)
        yield b"x"

    response = zip_response("a.zip", (ZippedFile(name, content(name)) for name in ("a", "b")), at=AT)
    assert made == []
    assert response["Content-Disposition"] == 'attachment; filename="a.zip"'
    assert b"".join(response).startswith(b"PK")
    assert made == ["a", "b"]
