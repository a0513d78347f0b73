"""The forms of the Action tab: what starts an action, when it runs by itself, and who hears that the integration fails."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.contract import Action, Schedule
from integrations.models import ActionSchedule, Every
from integrations.schedules.choose import DEFAULT_AT
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


class ScheduleForm(forms.Form):
    """Offers what the action allows, and never."""

    every = forms.ChoiceField(label=_("Runs by itself"))

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        action: Action,
        schedule: ActionSchedule | None = None,
        timezone: str,
    ) -> None:
        super().__init__(data, auto_id=f"id_schedule_{action.name}_%s")
        self.action = action
        allowed = [Every.OFF, *(Every(schedule.value) for schedule in Schedule if schedule in action.schedules)]
        every = self.fields["every"]
        every.choices = [(one.value, one.label) for one in allowed]  # type: ignore[attr-defined]
        every.initial = schedule.every if schedule else Every.OFF
        if Every.DAY in allowed:
            self.fields["at"] = forms.TimeField(
                # It has a value on the page, and counts only where the day is chosen.
                required=not self.is_bound or self.data.get("every") == Every.DAY,
                label=_("Time of the day"),
                help_text=_("On the store's clock (%(timezone)s). It begins within five minutes.")
                % {"timezone": timezone},
                initial=(schedule and schedule.at) or DEFAULT_AT,
                widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            )

    @property
    def chosen(self) -> tuple[Every, time | None]:
        return Every(self.cleaned_data["every"]), self.cleaned_data.get("at")


class NotificationForm(forms.Form):
    """Empty: nobody hears of it by mail."""

    notification_email = forms.EmailField(
        label=_("Email address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("One mail when it starts failing, and one when it works again."),
    )
