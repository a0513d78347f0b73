"""The form of a provider's settings, as it declares them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.contract import Option, Provider, Setting, SettingType
from integrations.models import FetchedChoices, Integration, IntegrationSecret
from integrations.setting_fields import field_of
from integrations.table_fields import RowsWidget
from integrations.values import defaults, values_of

# Names of settings start with a letter, so these cannot meet one.
VERSION = "_version"
_REMOVE = "_remove_"
_CHECKED_AT_ONCE = frozenset(
    {SettingType.URL, SettingType.TEXT, SettingType.EMAIL, SettingType.INTEGER, SettingType.DATE, SettingType.TIME}
)


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting on the page: its field, unless we make its value. `stored` is the secret that is there already, `remove` the box that takes it away."""

    setting: Setting
    bound: forms.BoundField | None = None
    fetched: FetchedChoices | None = None
    stored: IntegrationSecret | None = None
    remove: forms.BoundField | None = None

    @property
    def shown_values(self) -> str:
        """The values of the other setting beside which it is shown, as a script compares them."""
        condition = self.setting.shown_if
        return json.dumps([_as_typed(value) for value in condition.values]) if condition else ""

    @property
    def checked_at_once(self) -> bool:
        """Whether it is one box whose content the server checks as soon as it is left."""
        return self.setting.type in _CHECKED_AT_ONCE

    @property
    def masked(self) -> str:
        """The stored secret as far as a page shows it."""
        return f"•••• {self.stored.hint}".strip() if self.stored else ""


def _as_typed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class SettingsForm(forms.Form):
    """The settings that a provider declares. A secret left empty stays as it is, and so does what is not shown.

    A `draft` may leave out what is required.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        integration: Integration,
        provider: Provider,
        draft: bool = False,
    ) -> None:
        super().__init__(data, initial={VERSION: integration.version})
        self.integration = integration
        self.provider = provider
        self.draft = draft
        self.stored = {secret.name: secret for secret in integration.secrets.select_related("set_by")}
        self.fetched = (
            {choices.name: choices for choices in integration.fetched_choices.all()}
            if any(setting.choices_from for setting in provider.settings)
            else {}
        )
        self.fields[VERSION] = forms.IntegerField(widget=forms.HiddenInput)
        self.known = {**defaults(integration), **integration.setting_values}
        self.filled_in = [setting for setting in provider.settings if not setting.generated]
        for setting in self.filled_in:
            self._add(setting)

    def _add(self, setting: Setting) -> None:
        field = field_of(setting, has_secret=setting.name in self.stored, fetched=self._choices(setting))
        if isinstance(field.widget, RowsWidget):
            field.widget.submits = True
        field.required = field.required and not self.draft
        if not setting.secret:
            field.initial = self.known.get(setting.name)
            field.widget.attrs["autocomplete"] = "off"
        self.fields[setting.name] = field
        if setting.secret and not setting.required and setting.name in self.stored:
            label = _("Remove the stored value")
            self.fields[_REMOVE + setting.name] = forms.BooleanField(required=False, label=label)

    def _choices(self, setting: Setting) -> list[Option]:
        """What the service offered, and what is chosen already although it is offered no more."""
        found = self.fetched.get(setting.name)
        options = [Option(value, label) for value, label in found.options] if found else []
        chosen = self.known.get(setting.name)
        if setting.choices_from and setting.type is not SettingType.MAPPING and chosen:
            several = chosen if isinstance(chosen, (list, tuple)) else [chosen]
            offered = {option.value for option in (*setting.options, *options)}
            options += [Option(str(value), str(value)) for value in several if value not in offered]
        return options

    @property
    def rows(self) -> list[SettingRow]:
        return [self.row(setting) for setting in self.provider.settings]

    def row(self, setting: Setting) -> SettingRow:
        if setting.generated:
            return SettingRow(setting)
        return SettingRow(
            setting,
            self[setting.name],
            self.fetched.get(setting.name),
            self.stored.get(setting.name),
            self[_REMOVE + setting.name] if _REMOVE + setting.name in self.fields else None,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for setting in self.filled_in:
            if not setting.shown({**self.known, **cleaned}):
                self.errors.pop(setting.name, None)
                cleaned.pop(setting.name, None)
        if not self.errors and not self.draft:
            for name, problem in self.provider.problems(self.values).items():
                self.add_error(name, str(problem))
        return cleaned

    @cached_property
    def _kept(self) -> dict[str, object]:
        return values_of([self.integration])[self.integration.pk]

    @property
    def values(self) -> dict[str, object]:
        """What a call would be made with if this were saved: typed values over the stored ones, secrets in the clear."""
        merged = {**self._kept, **self.plain, **self.secrets}
        return {name: value for name, value in merged.items() if value is not None}

    @property
    def missing(self) -> list[Setting]:
        """What a draft still lacks before a call can be made. Tables are filled in with what such a call answers."""
        values, later = self.values, {SettingType.MAPPING, SettingType.ROWS, SettingType.CALLBACK_URL}
        return [
            setting
            for setting in self.provider.settings
            if setting.required
            and setting.type not in later
            and not setting.choices_from
            and setting.shown(values)
            and values.get(setting.name) in (None, "", [])
        ]

    @property
    def plain(self) -> dict[str, object]:
        """The values that may be stored in the clear, by name; of a setting that is not shown, the one there was."""
        return {
            setting.name: self.cleaned_data.get(setting.name, self.known.get(setting.name))
            for setting in self.filled_in
            if not setting.secret and (setting.name in self.cleaned_data or setting.name in self.known)
        }

    @property
    def secrets(self) -> dict[str, str | None]:
        """The secrets to replace, and None for those to remove; a new value wins over the box that removes."""
        changed: dict[str, str | None] = {}
        for setting in self.filled_in:
            if not setting.secret:
                continue
            if value := self.cleaned_data.get(setting.name):
                changed[setting.name] = value
            elif self.cleaned_data.get(_REMOVE + setting.name):
                changed[setting.name] = None
        return changed

    @property
    def version(self) -> int:
        return int(self.cleaned_data[VERSION])
