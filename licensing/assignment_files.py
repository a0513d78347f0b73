"""Assignments as CSV: what is exported, and what an uploaded file would change, row by row, before it does."""

import codecs
import csv
import io
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import User
from backoffice.tenancy.models import Organization, Store
from backoffice.web.csv_files import unescape_cell
from licensing.assignments import give, locked, take, tried_again
from licensing.drafts import Column
from licensing.models import AssignmentImport

MAX_ROWS = 20_000
MAX_BYTES = 5 * 1024 * 1024
_DELIMITERS = (",", ";", "\t")
_CODE_HEADINGS = {"store", "code", "store code"}
_ON = {"on", "yes", "1", "true", "x", "assigned"}
_OFF = {"off", "no", "0", "false", "-", "unassigned"}


class UnreadableFile(Exception):
    """The file is no list of assignments; the message says why."""


class Verdict(models.TextChoices):
    """What a row of the file would do."""

    ASSIGN = "assign", gettext_lazy("Would assign")
    UNASSIGN = "unassign", gettext_lazy("Would unassign")
    ALREADY = "already", gettext_lazy("Already so")
    NO_SEAT = "no_seat", gettext_lazy("No license left")
    UNKNOWN = "unknown", gettext_lazy("Unknown store")
    UNCLEAR = "unclear", gettext_lazy("Not understood")
    TWICE = "twice", gettext_lazy("Named twice")


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of the file that says something: its line number, and what it would do."""

    number: int
    code: str
    store: Store | None
    column: Column
    written: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """What the whole file would do if it was applied now."""

    lines: list[Line]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(line.verdict.value for line in self.lines)
        return {verdict.value: found[verdict.value] for verdict in Verdict}

    @property
    def changes(self) -> int:
        return self.counts[Verdict.ASSIGN] + self.counts[Verdict.UNASSIGN]


def exported(stores: QuerySet[Store], columns: Sequence[Column]) -> Iterator[Sequence[object]]:
    """A heading and a row for each store: code, name, then "on" or "off" for each add-on."""
    yield ["store", "name", *(column.license.add_on_id for column in columns)]
    seats = [set(column.license.assignments.values_list("store_id", flat=True)) for column in columns]
    for pk, code, name in stores.order_by("name", "pk").values_list("pk", "code", "name").iterator(chunk_size=2000):
        yield [code, name, *("on" if pk in held else "off" for held in seats)]


def parse(content: bytes, columns: Sequence[Column]) -> list[list[Any]]:
    """The file's cells as `[line, store code, add-on code, value as written]`; empty cells say nothing and are passed over.

    Raises UnreadableFile. Comma, semicolon and tab are understood, UTF-8, UTF-16 and Windows-1252, and what spreadsheets make of "on" and "off".
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFile(_("The file is larger than 5 MB. Split it in two."))
    text = _text(content).replace("\x00", "\N{REPLACEMENT CHARACTER}")  # no text in PostgreSQL has NUL
    told, delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        if told:
            next(lines)
        heading = [unescape_cell(cell).casefold() for cell in next(lines, [])]
        code_at, add_ons = _places(heading, columns)
        rows: list[list[Any]] = []
        for cells in lines:
            code = unescape_cell(cells[code_at]) if len(cells) > code_at else ""
            for place, add_on in add_ons:
                written = unescape_cell(cells[place]) if len(cells) > place else ""
                if code and written:
                    rows.append([lines.line_num, code[:64], add_on, written[:32]])
            if len(rows) > MAX_ROWS:
                raise UnreadableFile(_("The file has more than 20,000 rows. Split it in two."))
    except csv.Error as error:
        raise UnreadableFile(_("The file is damaged near line %(line)d.") % {"line": lines.line_num}) from error
    if not rows:
        raise UnreadableFile(_("The file says nothing about any store: no row holds “on” or “off”."))
    return rows


def report(*, rows: Sequence[Sequence[Any]], columns: Sequence[Column], stores: QuerySet[Store]) -> Report:
    """What the rows would do now, in their order; seats that the file itself frees may be used by it. A constant number of queries."""
    by_code = {store.code.upper(): store for store in stores}
    by_add_on = {column.license.add_on_id: column for column in columns}
    seats = {
        code: set(column.license.assignments.values_list("store_id", flat=True)) for code, column in by_add_on.items()
    }
    seen: set[tuple[str, uuid.UUID]] = set()
    lines = []
    for number, code, add_on, written in rows:
        column = by_add_on.get(add_on)
        if column is None:
            continue
        store = by_code.get(code.upper())
        verdict = _verdict(store, written, seats[add_on])
        if store is not None and verdict != Verdict.UNCLEAR:
            verdict = Verdict.TWICE if (add_on, store.pk) in seen else verdict
            seen.add((add_on, store.pk))
        lines.append(Line(number, code, store, column, written, verdict))
    return Report(_seated(lines))


def apply(
    *, imported: AssignmentImport, columns: Sequence[Column], expected: dict[str, int], by: User
) -> Report | None:
    """Do what the report said, in one transaction, and drop the import.

    Where the licenses or assignments have changed since so that the counts are others than `expected`, nothing is done and the new
    report is given back.
    """

    def write() -> Report | None:
        held = locked([column.license.pk for column in columns])
        for license in held.values():
            license.organization = imported.organization
        fresh = [Column(held[column.license.pk]) for column in columns]
        now = report(
            rows=imported.rows, columns=fresh, stores=Store.objects.trading().filter(organization=imported.organization)
        )
        if now.counts != expected:
            return now
        for column in fresh:
            mine = [line for line in now.lines if line.column is column]
            take(column.license, [line.store for line in mine if line.verdict == Verdict.UNASSIGN and line.store], by)
            give(column.license, [line.store for line in mine if line.verdict == Verdict.ASSIGN and line.store], by)
        imported.delete()
        return None

    return tried_again(write)


def keep(*, organization: Organization, name: str, rows: list[list[Any]], by: User) -> AssignmentImport:
    """Keep an uploaded file until it is applied; it replaces the one this admin uploaded before."""
    AssignmentImport.objects.filter(organization=organization, user=by).delete()
    return AssignmentImport.objects.create(organization=organization, user=by, file_name=name[:200], rows=rows)


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> tuple[bool, str]:
    """Whether the first line tells the delimiter, as Excel writes and reads it (`sep=;`), and which it is. Raises UnreadableFile."""
    first = text.split("\n", 1)[0].rstrip("\r")
    if len(first) == len("sep=;") and first.casefold().startswith("sep="):
        if first[-1] not in _DELIMITERS:
            raise UnreadableFile(
                _("The first line names a delimiter that is not known. Use a comma, a semicolon or a tab.")
            )
        return True, first[-1]
    return False, max(_DELIMITERS, key=first.count)


def _places(heading: list[str], columns: Sequence[Column]) -> tuple[int, list[tuple[int, str]]]:
    known = {
        name.casefold(): column.license.add_on_id
        for column in columns
        for name in (column.license.add_on_id, column.license.add_on.name)
    }
    code_at = next((place for place, name in enumerate(heading) if name in _CODE_HEADINGS), None)
    add_ons = [(place, known[name]) for place, name in enumerate(heading) if name in known]
    if code_at is None or not add_ons:
        raise UnreadableFile(
            _("The first line must name the columns: “store”, and one of %(add_ons)s.")
            % {"add_ons": ", ".join(f"“{column.license.add_on_id}”" for column in columns)}
        )
    return code_at, add_ons


def _verdict(store: Store | None, written: str, seats: set[uuid.UUID]) -> Verdict:
    value = written.casefold()
    if value not in _ON | _OFF:
        return Verdict.UNCLEAR
    if store is None:
        return Verdict.UNKNOWN
    if (value in _ON) == (store.pk in seats):
        return Verdict.ALREADY
    return Verdict.ASSIGN if value in _ON else Verdict.UNASSIGN


def _seated(lines: list[Line]) -> list[Line]:
    """The lines again, those beyond the seats that are free refused: the first rows of the file come first."""
    free: dict[uuid.UUID, int | None] = {}
    for column in {line.column.license.pk: line.column for line in lines}.values():
        license = column.license
        freed = sum(line.column is column and line.verdict == Verdict.UNASSIGN for line in lines)
        free[license.pk] = None if license.quantity is None else max(0, license.quantity - license.assigned + freed)
    seated = []
    for line in lines:
        left = free[line.column.license.pk]
        if line.verdict == Verdict.ASSIGN and left is not None:
            if left == 0:
                seated.append(Line(line.number, line.code, line.store, line.column, line.written, Verdict.NO_SEAT))
                continue
            free[line.column.license.pk] = left - 1
        seated.append(line)
    return seated
