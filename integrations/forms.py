"""Forms of the hub: a provider's settings as it declares them, the disclaimer, and developer API keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.contract import Provider
from integrations.models import ApiKey, Integration, IntegrationSecret
from integrations.setting_fields import field_of
from integrations.values import defaults, values_of

# Names of settings start with a letter, so these cannot meet one.
VERSION = "_version"
_REMOVE = "_remove_"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting on the page. `stored` is the secret that is there already, `remove` the box that takes it away."""

    bound: forms.BoundField
    stored: IntegrationSecret | None = None
    remove: forms.BoundField | None = None

    @property
    def masked(self) -> str:
        """The stored secret as far as a page shows it."""
        return f"•••• {self.stored.hint}".strip() if self.stored else ""


class SettingsForm(forms.Form):
    """The settings that a provider declares. A secret left empty stays as it is."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, integration: Integration, provider: Provider) -> None:
        super().__init__(data, initial={VERSION: integration.version})
        self.integration = integration
        self.provider = provider
        self.stored = {secret.name: secret for secret in integration.secrets.select_related("set_by")}
        self.fields[VERSION] = forms.IntegerField(widget=forms.HiddenInput)
        known = {**defaults(integration), **integration.setting_values}
        self.filled_in = [setting for setting in provider.settings if not setting.generated]
        for setting in self.filled_in:
            field = field_of(setting, has_secret=setting.name in self.stored)
            if not setting.secret:
                field.initial = known.get(setting.name)
            if not setting.secret:
                field.widget.attrs["autocomplete"] = "off"
            self.fields[setting.name] = field
            if setting.secret and not setting.required and setting.name in self.stored:
                self.fields[_REMOVE + setting.name] = forms.BooleanField(
                    required=False, label=_("Remove the stored value")
                )

    @property
    def rows(self) -> list[SettingRow]:
        return [
            SettingRow(
                self[setting.name],
                self.stored.get(setting.name),
                self[_REMOVE + setting.name] if _REMOVE + setting.name in self.fields else None,
            )
            for setting in self.filled_in
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            kept = {
                name: value
                for name, value in values_of([self.integration])[self.integration.pk].items()
                if name in self.stored
            }
            changed = self.secrets
            secrets = {name: value for name, value in {**kept, **changed}.items() if value is not None}
            for name, problem in self.provider.problems({**self.plain, **secrets}).items():
                self.add_error(name, str(problem))
        return cleaned

    @property
    def plain(self) -> dict[str, object]:
        """The values that may be stored in the clear, by name."""
        return {setting.name: self.cleaned_data[setting.name] for setting in self.filled_in if not setting.secret}

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


class DisclaimerForm(forms.Form):
    accepted = forms.BooleanField(
        label=_("Terms and Conditions"),
        error_messages={"required": _("Select the Terms and Conditions box to add this integration.")},
    )


class CreateKeyForm(forms.ModelForm[ApiKey]):
    class Meta:
        model = ApiKey
        fields = ("name", "test")
        labels = {"name": _("What is this key for?"), "test": _("Test key")}
        help_texts = {
            "name": _("Such as the program or partner that will use it."),
            "test": _(
                "Orders posted with it are test orders: kept out of charts and sent only where test events are accepted."
            ),
        }


class RollKeyForm(forms.Form):
    overlap = forms.TypedChoiceField(
        label=_("The old key keeps working for"),
        help_text=_("Long enough to put the new key everywhere the old one is used."),
        coerce=int,
        initial=24,
        choices=[(0, _("Not at all: it stops now")), (1, _("1 hour")), (24, _("24 hours")), (24 * 7, _("7 days"))],
    )

    @property
    def overlap_time(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap"])
