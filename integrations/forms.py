"""Forms of the hub: the disclaimer, and developer API keys."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.models import ApiKey


class DisclaimerForm(forms.Form):
    accepted = forms.BooleanField(
        label=_("Terms and Conditions"),
        error_messages={"required": _("Select the Terms and Conditions box first.")},
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
