"""The form of a provider's settings, as it declares them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.contract import Provider, Setting, SettingType
from integrations.models import Integration, IntegrationSecret
from integrations.setting_fields import field_of
from integrations.values import defaults, values_of

# Names of settings start with a letter, so these cannot meet one.
VERSION = "_version"
_REMOVE = "_remove_"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting on the page: its field, unless we make its value. `stored` is the secret that is there already, `remove` the box that takes it away."""

    setting: Setting
    bound: forms.BoundField | None = None
    stored: IntegrationSecret | None = None
    remove: forms.BoundField | None = None

    @property
    def masked(self) -> str:
        """The stored secret as far as a page shows it."""
        return f"•••• {self.stored.hint}".strip() if self.stored else ""


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
        self.fields[VERSION] = forms.IntegerField(widget=forms.HiddenInput)
        self.known = {**defaults(integration), **integration.setting_values}
        self.filled_in = [setting for setting in provider.settings if not setting.generated]
        for setting in self.filled_in:
            self._add(setting)

    def _add(self, setting: Setting) -> None:
        field = field_of(setting, has_secret=setting.name in self.stored)
        field.required = field.required and not self.draft
        if not setting.secret:
            field.initial = self.known.get(setting.name)
            field.widget.attrs["autocomplete"] = "off"
        self.fields[setting.name] = field
        if setting.secret and not setting.required and setting.name in self.stored:
            label = _("Remove the stored value")
            self.fields[_REMOVE + setting.name] = forms.BooleanField(required=False, label=label)

    @property
    def rows(self) -> list[SettingRow]:
        return [
            SettingRow(setting)
            if setting.generated
            else SettingRow(
                setting,
                self[setting.name],
                self.stored.get(setting.name),
                self[_REMOVE + setting.name] if _REMOVE + setting.name in self.fields else None,
            )
            for setting in self.provider.settings
        ]

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
