"""The form field of each type of setting."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from backoffice.security.address_guard import RefusedURL, check_url, parse_networks
from integrations.contract import Option, Setting, SettingType
from integrations.table_fields import MappingField, RowsField


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


class DayField(forms.DateField):
    """A date as ISO 8601 text, which is how settings are stored."""

    def clean(self, value: Any) -> str:
        day: date | None = super().clean(value)
        return day.isoformat() if day else ""


class TimeOfDayField(forms.TimeField):
    """A time of the store's day as text, to the minute."""

    def clean(self, value: Any) -> str:
        moment: time | None = super().clean(value)
        return moment.strftime("%H:%M") if moment else ""


def field_of(  # noqa: C901  one case a type
    setting: Setting, *, has_secret: bool = False, fetched: Sequence[Option] = ()
) -> forms.Field:
    """The field of a setting that somebody fills in; a stored secret may be left empty. `fetched` are choices that its service gave.

    Raises ValueError for a type whose value we generate.
    """
    required = setting.required and not (setting.secret and has_secret)
    common: dict[str, Any] = {"label": setting.label, "help_text": setting.help, "required": required}
    options = (*setting.options, *fetched)
    choices = [(option.value, option.label) for option in options]
    match setting.type:
        case SettingType.TEXT:
            return forms.CharField(max_length=setting.max_length, validators=_validators(setting), **common)
        case SettingType.SECRET:
            widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
            length = setting.max_length
            return forms.CharField(max_length=length, widget=widget, validators=_validators(setting), **common)
        case SettingType.URL:
            return UrlField(max_length=setting.max_length, **common)
        case SettingType.EMAIL:
            return forms.EmailField(max_length=setting.max_length, **common)
        case SettingType.INTEGER:
            return forms.IntegerField(min_value=setting.minimum, max_value=setting.maximum, **common)
        case SettingType.DATE:
            return DayField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **common)
        case SettingType.TIME:
            return TimeOfDayField(widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **common)
        case SettingType.SWITCH:
            return forms.BooleanField(**{**common, "required": False})
        case SettingType.SELECT:
            return forms.ChoiceField(choices=choices if required else [("", _("None")), *choices], **common)
        case SettingType.MULTISELECT:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
        case SettingType.MAPPING:
            return MappingField(setting.keys, options, max_length=setting.max_length, **common)
        case SettingType.ROWS:
            columns = {column.name: field_of(column) for column in setting.columns}
            return RowsField(columns, max_rows=setting.max_rows, **common)
        case SettingType.OAUTH | SettingType.CALLBACK_URL:
            raise ValueError(f"The value of {setting.name!r} is generated.")


def _validators(setting: Setting) -> list[RegexValidator]:
    message = str(setting.pattern_help or _("This is not in the form that is expected here."))
    return [RegexValidator(rf"\A(?:{setting.pattern})\Z", message)] if setting.pattern else []
