"""CSV for spreadsheets: written row by row while it is downloaded, with no cell that a spreadsheet would run as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.http import StreamingHttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_ROWS_AT_ONCE = 200


class _Echo:
    def write(self, text: str) -> str:
        return text


def escape_cell(value: object) -> str:
    """The cell as text. What begins like a formula gets an apostrophe in front, as OWASP advises; numbers stay numbers."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def unescape_cell(text: str) -> str:
    """The cell as it was before `escape_cell`, without blanks around it."""
    text = text.strip()
    return text[1:] if text.startswith("'") and escape_cell(text[1:]) == text else text


def csv_response(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A download named `name` whose rows are made while they are sent: memory stays the same for any number of them.

    The view's transaction has ended by then, so `rows` opens its own. A byte order mark tells spreadsheets that it is UTF-8.
    """
    response = StreamingHttpResponse(csv_text(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def csv_text(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The rows as CSV, some hundred of them at a time."""
    writer = csv.writer(_Echo())
    block = ["\ufeff"]
    for row in rows:
        block.append(writer.writerow([escape_cell(cell) for cell in row]))
        if len(block) >= _ROWS_AT_ONCE:
            yield "".join(block)
            block = []
    yield "".join(block)
