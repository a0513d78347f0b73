"""The form of the Disclaimer page."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DisclaimerForm(forms.Form):
    accepted = forms.BooleanField(
        label=_("Terms and Conditions"),
        error_messages={"required": _("Select the Terms and Conditions box first.")},
    )
