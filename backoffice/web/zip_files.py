"""A ZIP file that is made while it is downloaded: neither memory nor disk holds more of it than a block."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import RawIOBase
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.http import StreamingHttpResponse

#: What is sent at a time, in bytes, once so much has been compressed.
BLOCK = 64 * 1024


@dataclass(frozen=True, slots=True)
class ZippedFile:
    """One file: its name in the ZIP, and its content, which is made as it is asked for."""

    name: str
    content: Iterable[bytes]


class _Sink(RawIOBase):
    """What the archive writes, until it is taken. It cannot seek, so the archive writes sizes behind each file."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        block = bytes(data)
        self._blocks.append(block)
        self.size += len(block)
        return len(block)

    def take(self) -> bytes:
        taken = b"".join(self._blocks)
        self._blocks, self.size = [], 0
        return taken


def zipped(files: Iterable[ZippedFile], *, at: datetime) -> Iterator[bytes]:
    """The bytes of a ZIP with `files`, which carry the time `at` in UTC. Files may be of any size (ZIP64)."""
    sink = _Sink()
    moment = at.astimezone(UTC).timetuple()[:6]
    with ZipFile(sink, "w", allowZip64=True) as archive:
        for each in files:
            info = ZipInfo(each.name, moment)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as file:
                for part in each.content:
                    file.write(part)
                    if sink.size >= BLOCK:
                        yield sink.take()
    yield sink.take()


def zip_response(name: str, files: Iterable[ZippedFile], *, at: datetime) -> StreamingHttpResponse:
    """A download named `name`. The view's transaction has ended by the time it is made, so `files` open their own."""
    response = StreamingHttpResponse(zipped(files, at=at), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
