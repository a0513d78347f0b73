"""The form of a provider's settings, as it declares them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _

from integrations.brand import brand_of
from integrations.contract import Option, Provider, Scope, Setting, SettingType
from integrations.models import BrandSecret, FetchedChoices, Integration, IntegrationSecret
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
    """One setting on the page: its field, unless we make its value or only others may set it.

    `stored` is the secret that is there already, `remove` the box that takes it away; `value` says in words what others have set.
    """

    setting: Setting
    bound: forms.BoundField | None = None
    fetched: FetchedChoices | None = None
    stored: IntegrationSecret | BrandSecret | None = None
    remove: forms.BoundField | None = None
    value: str = ""

    @property
    def shared(self) -> bool:
        """Whether all stores of the organization have this one value."""
        return self.setting.scope is Scope.BRAND

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


def _host(value: object) -> str:
    """Of a URL or a bare host name; "" where there is none yet."""
    text = str(value or "").strip().lower()
    return urlsplit(text).netloc if "://" in text else text


def _as_typed(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class SettingsForm(forms.Form):
    """The settings that a provider declares. A secret left empty stays as it is, and so does what is not shown.

    A `draft` may leave out what is required. What all stores share can be set by those who `may_set_shared`; others see it.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        integration: Integration,
        provider: Provider,
        draft: bool = False,
        may_set_shared: bool = False,
    ) -> None:
        super().__init__(data, initial={VERSION: integration.version})
        self.integration = integration
        self.provider = provider
        self.draft = draft
        self.brand = brand_of(integration.store.organization_id, provider)
        own = integration.secrets.select_related("set_by")
        shared = self.brand.secrets.all() if self.brand else ()
        self.stored: dict[str, IntegrationSecret | BrandSecret] = {secret.name: secret for secret in (*own, *shared)}
        self.fetched = (
            {choices.name: choices for choices in integration.fetched_choices.all()}
            if any(setting.choices_from for setting in provider.settings)
            else {}
        )
        self.fields[VERSION] = forms.IntegerField(widget=forms.HiddenInput)
        shared_values = self.brand.setting_values if self.brand else {}
        self.known = {**defaults(integration), **integration.setting_values, **shared_values}
        self.filled_in = [
            setting
            for setting in provider.settings
            if not setting.generated and (may_set_shared or setting.scope is Scope.STORE)
        ]
        for setting in self.filled_in:
            self._add(setting)

    def _add(self, setting: Setting) -> None:
        field = field_of(setting, has_secret=setting.name in self.stored, fetched=self._choices(setting))
        if isinstance(field.widget, RowsWidget):
            field.widget.submits = True
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
        if setting.name not in self.fields:
            stored = self.stored.get(setting.name)
            words = "" if setting.secret else in_words(setting, self.known.get(setting.name))
            return SettingRow(setting, stored=stored, value=words)
        return SettingRow(
            setting,
            self[setting.name],
            self.fetched.get(setting.name),
            self.stored.get(setting.name),
            self[_REMOVE + setting.name] if _REMOVE + setting.name in self.fields else None,
        )

    def full_clean(self) -> None:
        """A draft asks for nothing while it is read; as it is shown, what is required stays so."""
        names = {setting.name for setting in self.filled_in} if self.draft else set()
        asked_for = [field for name, field in self.fields.items() if name in names and field.required]
        for field in asked_for:
            field.required = False
        super().full_clean()
        for field in asked_for:
            field.required = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for setting in self.filled_in:
            if not setting.shown({**self.known, **cleaned}):
                self.errors.pop(setting.name, None)
                cleaned.pop(setting.name, None)
        self._ask_again_for_secrets(cleaned)
        if not self.errors and not self.draft:
            for name, problem in self.provider.problems(self.values).items():
                self.add_error(name, str(problem))
        return cleaned

    def _ask_again_for_secrets(self, cleaned: Mapping[str, Any]) -> None:
        """A secret was stored for one host. Who may change the host may not read the secret, so it is sent to no other by itself."""
        moved = [
            setting
            for setting in self.filled_in
            if setting.says_where and _host(self.known.get(setting.name)) not in {"", _host(cleaned.get(setting.name))}
        ]
        if not moved:
            return
        for setting in self.provider.settings:
            if not setting.secret or setting.name not in self.stored or not setting.shown({**self.known, **cleaned}):
                continue
            if setting.name not in self.fields:
                words = _(
                    "All stores share a secret that goes there, so only who may change it can change this address."
                )
                self.add_error(moved[0].name, words)
            elif not cleaned.get(setting.name) and not cleaned.get(_REMOVE + setting.name):
                self.add_error(setting.name, _("Enter it again: it would go to another address than before."))

    @cached_property
    def _kept(self) -> dict[str, object]:
        return values_of([self.integration])[self.integration.pk]

    @property
    def values(self) -> dict[str, object]:
        """What a call would be made with if this were saved: typed values over the stored ones, secrets in the clear."""
        typed = {**self.plain, **self.shared_plain, **self.secrets, **self.shared_secrets}
        return {name: value for name, value in {**self._kept, **typed}.items() if value is not None}

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
        """The store's own values that may be stored in the clear, by name; of a setting that is not shown, the one there was."""
        return self._plain(Scope.STORE)

    @property
    def shared_plain(self) -> dict[str, object]:
        """The same of what all stores share."""
        return self._plain(Scope.BRAND)

    @property
    def secrets(self) -> dict[str, str | None]:
        """The store's own secrets to replace, and None for those to remove; a new value wins over the box that removes."""
        return self._secrets(Scope.STORE)

    @property
    def shared_secrets(self) -> dict[str, str | None]:
        """The same of what all stores share."""
        return self._secrets(Scope.BRAND)

    def _plain(self, scope: Scope) -> dict[str, object]:
        return {
            setting.name: self.cleaned_data.get(setting.name, self.known.get(setting.name))
            for setting in self.filled_in
            if setting.scope is scope
            and not setting.secret
            and (setting.name in self.cleaned_data or setting.name in self.known)
        }

    def _secrets(self, scope: Scope) -> dict[str, str | None]:
        changed: dict[str, str | None] = {}
        for setting in self.filled_in:
            if setting.scope is not scope or not setting.secret:
                continue
            if value := self.cleaned_data.get(setting.name):
                changed[setting.name] = value
            elif self.cleaned_data.get(_REMOVE + setting.name):
                changed[setting.name] = None
        return changed

    @property
    def version(self) -> int:
        return int(self.cleaned_data[VERSION])


def in_words(setting: Setting, value: object) -> str:
    """A value as a person reads it where there is no field for it."""
    if isinstance(value, bool):
        return _("On") if value else _("Off")
    labels = {option.value: str(option.label) for option in setting.options}
    if isinstance(value, (list, tuple)):
        return ", ".join(labels.get(str(item), str(item)) for item in value) or "—"
    return labels.get(str(value), str(value)) if value not in (None, "") else "—"
