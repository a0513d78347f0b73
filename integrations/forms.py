"""Forms of the hub: a provider's settings as it declares them, the disclaimer, and developer API keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from backoffice.security.address_guard import RefusedURL, check_url, parse_networks
from integrations.contract import Provider, Setting, SettingType
from integrations.models import ApiKey, Integration, IntegrationSecret
from integrations.values import defaults, values_of

# Names of settings start with a letter, so these cannot meet one.
VERSION = "_version"
_REMOVE = "_remove_"


class UrlField(forms.CharField):
    """An address that calls may go to; its value is the one spelling that the guard checked."""

    widget = forms.URLInput

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return text
        try:
            return check_url(text, parse_networks(settings.OUTBOUND_OPEN_NETWORKS)).url
        except RefusedURL as refused:
            raise ValidationError(str(refused), code=refused.problem) from refused


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
        for setting in provider.settings:
            field = _field(setting, has_secret=setting.name in self.stored)
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
            for setting in self.provider.settings
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
        return {
            setting.name: self.cleaned_data[setting.name] for setting in self.provider.settings if not setting.secret
        }

    @property
    def secrets(self) -> dict[str, str | None]:
        """The secrets to replace, and None for those to remove; a new value wins over the box that removes."""
        changed: dict[str, str | None] = {}
        for setting in self.provider.settings:
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


def _field(setting: Setting, *, has_secret: bool) -> forms.Field:
    """The form field of a setting."""
    common: dict[str, Any] = {"label": setting.label, "help_text": setting.help, "required": setting.required}
    choices = [(option.value, option.label) for option in setting.options]
    match setting.type:
        case SettingType.SWITCH:
            return forms.BooleanField(**{**common, "required": False})
        case SettingType.SELECT:
            return forms.ChoiceField(choices=choices, **common)
        case SettingType.MULTISELECT:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
        case SettingType.INTEGER:
            return forms.IntegerField(**common)
        case SettingType.EMAIL:
            return forms.EmailField(max_length=setting.max_length, **common)
        case SettingType.URL:
            return UrlField(max_length=setting.max_length, **common)
        case SettingType.SECRET:
            common["required"] = setting.required and not has_secret
            return forms.CharField(
                max_length=setting.max_length,
                widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
                validators=_validators(setting),
                **common,
            )
        case SettingType.TEXT:
            return forms.CharField(max_length=setting.max_length, validators=_validators(setting), **common)


def _validators(setting: Setting) -> list[RegexValidator]:
    message = str(setting.pattern_help or _("This is not in the form that is expected here."))
    return [RegexValidator(rf"\A(?:{setting.pattern})\Z", message)] if setting.pattern else []


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
