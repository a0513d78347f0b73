"""Settings that are tables: a mapping from fixed words to choices, and rows of several columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from integrations.contract import Option

_SPARE_ROWS = 2


class MappingWidget(forms.Widget):
    """One line a word: its label and a box, or a choice among `suggestions` where there are any."""

    use_fieldset = True

    def __init__(self, keys: Sequence[Option], suggestions: Sequence[Option] = ()) -> None:
        super().__init__()
        self.keys = keys
        self.suggestions = suggestions

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {key.value: str(data.get(f"{name}.{key.value}", "")).strip() for key in self.keys}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}.{key.value}" in data for key in self.keys)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        known: Mapping[str, str] = value if isinstance(value, Mapping) else {}
        offered = {option.value for option in self.suggestions}
        lines = [
            {
                "label": key.label,
                "name": f"{name}.{key.value}",
                "value": (value := known.get(key.value, "")),
                "unknown": bool(value) and value not in offered,
            }
            for key in self.keys
        ]
        context = {"id": (attrs or {}).get("id", name), "lines": lines, "suggestions": self.suggestions}
        return render_to_string("integrations/_mapping_table.html", context)


class MappingField(forms.Field):
    """A dict from each word to the text it is mapped to. Required: every word needs one."""

    def __init__(self, keys: Sequence[Option], suggestions: Sequence[Option] = (), *, max_length: int, **common: Any):
        super().__init__(widget=MappingWidget(keys, suggestions), **common)
        self.keys = keys
        self.max_length = max_length

    def clean(self, value: Any) -> dict[str, str]:
        given: dict[str, str] = {name: text for name, text in value.items() if text}
        missing = [str(key.label) for key in self.keys if key.value not in given]
        if self.required and missing:
            raise ValidationError(_("Still to be filled in: %(words)s.") % {"words": ", ".join(missing)}, "required")
        long = [str(key.label) for key in self.keys if len(given.get(key.value, "")) > self.max_length]
        if long:
            raise ValidationError(_("Too long: %(words)s.") % {"words": ", ".join(long)}, "max_length")
        return given

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or {}) != (data or {})


class RowsWidget(forms.Widget):
    """The rows there are and a few empty ones; a row left empty is none.

    `submits`: a form whose page answers a press on Add row by itself, so that it works without scripts too.
    """

    use_fieldset = True
    submits = False

    def __init__(self, columns: Mapping[str, forms.Field], max_rows: int) -> None:
        super().__init__()
        self.columns = columns
        self.max_rows = max_rows

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        """The rows as they were typed. One more than are allowed is read, so that the field can refuse it."""
        rows = []
        for index in range(self.max_rows + 1):
            row = {
                column: field.widget.value_from_datadict(data, files, f"{name}.{index}.{column}")
                for column, field in self.columns.items()
            }
            if any(_filled(self.columns[column], cell) for column, cell in row.items()):
                rows.append(row)
        return rows

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        known = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
        shown = known + [{}] * max(0, min(_SPARE_ROWS, self.max_rows - len(known)))
        rows = [
            [
                {
                    "label": field.label,
                    "control": field.widget.render(
                        f"{name}.{index}.{column}",
                        row.get(column),
                        {
                            "class": _css(field),
                            "aria-label": f"{field.label} {index + 1}",
                            "id": f"id_{name}_{index}_{column}",
                        },
                    ),
                }
                for column, field in self.columns.items()
            ]
            for index, row in enumerate(shown)
        ]
        context = {
            "id": (attrs or {}).get("id", name),
            "headers": [field.label for field in self.columns.values()],
            "rows": rows,
            "setting": name,
            "max_rows": self.max_rows,
            "submits": self.submits,
        }
        return render_to_string("integrations/_rows_table.html", context)


class RowsField(forms.Field):
    """A list of dicts, one a filled row, each with a clean value for every column."""

    def __init__(self, columns: Mapping[str, forms.Field], *, max_rows: int, **common: Any) -> None:
        super().__init__(widget=RowsWidget(columns, max_rows), **common)
        self.columns = columns
        self.max_rows = max_rows

    def clean(self, value: Any) -> list[dict[str, Any]]:
        if self.required and not value:
            raise ValidationError(_("Fill in at least one row."), "required")
        if len(value) > self.max_rows:
            raise ValidationError(_("At most %(most)d rows are possible.") % {"most": self.max_rows}, "max_rows")
        cleaned, problems = [], []
        for number, row in enumerate(value, 1):
            clean_row = {}
            for column, field in self.columns.items():
                try:
                    clean_row[column] = field.clean(row[column])
                except ValidationError as error:
                    words = {"row": number, "column": field.label, "problem": " ".join(error.messages)}
                    problems.append(_("Row %(row)d, %(column)s: %(problem)s") % words)
            cleaned.append(clean_row)
        if problems:
            raise ValidationError(problems)
        return cleaned


def _filled(field: forms.Field, cell: Any) -> bool:
    """Whether somebody touched it; a select without an empty choice stands on its first one."""
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return cell not in (None, "", False, []) and str(cell) not in {str(value) for value, _label in choices[:1]}


def _css(field: forms.Field) -> str:
    if isinstance(field.widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(field.widget, forms.Select) else "form-control"
