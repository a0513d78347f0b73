"""The form that starts an action: its parameters as the provider declares them, and the box for a dry run."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.contract import Action
from integrations.setting_fields import field_of

# Names of parameters start with a letter, so this cannot meet one.
DRY_RUN = "_dry_run"


class ActionForm(forms.Form):
    def __init__(self, data: Mapping[str, Any] | None = None, *, action: Action) -> None:
        super().__init__(data, auto_id=f"id_{action.name}_%s")
        self.action = action
        for parameter in action.parameters:
            field = field_of(parameter)
            field.initial = parameter.default
            self.fields[parameter.name] = field
        if action.writes_elsewhere:
            help_text = _("Shows what would happen. Nothing is changed elsewhere.")
            self.fields[DRY_RUN] = forms.BooleanField(required=False, label=_("Dry run"), help_text=help_text)

    @property
    def parameters(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != DRY_RUN}

    @property
    def dry_run(self) -> bool:
        return bool(self.cleaned_data.get(DRY_RUN))
