"""How a form field looks and what a screen reader is told of it, decided once for every form."""

from dataclasses import dataclass

from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, Select, Widget
from django.forms.widgets import RadioSelect
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class FieldView:
    """One rendered field: its control carries aria-describedby and aria-invalid, which Django sets by these ids."""

    bound: BoundField
    kind: str
    control: SafeString

    @property
    def help_id(self) -> str:
        return f"{self.bound.auto_id}_helptext"

    @property
    def error_id(self) -> str:
        return f"{self.bound.auto_id}_error"

    @property
    def described_by(self) -> str:
        """For a group of choices, whose fieldset is described rather than each control."""
        return self.bound.aria_describedby or ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the error summary; `target` is the id of the control to go to, or empty for the form as a whole."""

    target: str
    label: str
    message: str


def field_view(bound: BoundField, **attributes: str | bool) -> FieldView:
    """`bound` with the look of its widget's kind; `attributes` go onto the control (hx_get becomes hx-get)."""
    widget = bound.field.widget
    kind, css = _look(widget)
    own_css = str(widget.attrs.get("class", ""))
    invalid = "is-invalid" if bound.errors else ""
    attrs: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs["class"] = " ".join(filter(None, (css, own_css, invalid)))
    if kind == "group":
        # The template draws each choice by itself, so the look goes onto the widget (a copy, this form's own).
        widget.attrs.update(attrs)
    return FieldView(bound, kind, bound.as_widget(attrs=attrs))


def _look(widget: Widget) -> tuple[str, str]:
    if isinstance(widget, CheckboxInput):
        return "check", "form-check-input"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "group", "form-check-input"
    if isinstance(widget, Select):
        return "input", "form-select"
    if widget.use_fieldset:
        return "table", ""
    return "input", "form-control"


def problems(form: BaseForm) -> list[Problem]:
    """Every error of `form`, the form's own first, then in the order of its fields."""
    found = [Problem("", "", str(message)) for message in form.non_field_errors()]
    for bound in form:
        target = f"{bound.auto_id}_0" if bound.use_fieldset else bound.id_for_label
        found.extend(Problem(target, str(bound.label), str(message)) for message in bound.errors)
    return found
