"""The forms of rolling a signing secret and of recovering what was missed."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class RollSecretForm(forms.Form):
    overlap = forms.TypedChoiceField(
        label=gettext_lazy("The old secret goes on signing for"),
        help_text=gettext_lazy(
            "Every call then carries both signatures, so your partner may change over at any moment."
        ),
        coerce=int,
        initial=24,
        choices=[
            (0, gettext_lazy("Not at all: it stops now")),
            (1, gettext_lazy("1 hour")),
            (24, gettext_lazy("24 hours")),
            (72, gettext_lazy("3 days")),
            (24 * 7, gettext_lazy("7 days")),
        ],
    )

    @property
    def overlap_time(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap"])


class RecoverForm(forms.Form):
    """Since when; typed and shown by the clock of `zone`, which is the store's."""

    since = forms.DateTimeField(
        label=gettext_lazy("Since"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "step": "60"}),
    )

    def __init__(self, data: Any = None, *, zone: str, start: datetime | None = None) -> None:
        """`start` is what an empty form proposes."""
        self._zone = ZoneInfo(zone)
        local = timezone.make_naive(start, self._zone) if start else None
        super().__init__(data, initial={"since": local})
        self.fields["since"].help_text = _("By the clock of %(zone)s.") % {"zone": zone}

    def full_clean(self) -> None:
        with timezone.override(self._zone):
            super().full_clean()

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since > timezone.now():
            raise ValidationError(_("Choose a time that has passed."))
        return since
