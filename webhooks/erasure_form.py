"""The form that asks for a customer: by what, who, and in which stores. What was typed is never rendered back."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.tenancy.models import Organization, Store
from webhooks.erasure.identities import LONGEST_EMAIL, NothingToLookForError, spelled
from webhooks.models import CustomerErasure


class ErasureForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Look for"), choices=CustomerErasure.Kind.choices, initial="email", widget=forms.RadioSelect
    )
    wanted = forms.CharField(
        label=gettext_lazy("Address, number or id"),
        max_length=LONGEST_EMAIL,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A number is compared by its digits, so one with and one without country code are two. An order may hold only one of the three: look for each that you know."
        ),
    )
    code = forms.CharField(
        label=gettext_lazy("Code of the store"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("Empty: every store of the organization, closed ones too."),
    )

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        self._organization = organization
        self.store: Store | None = None
        super().__init__(data)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if code:
            self.store = Store.objects.filter(organization=self._organization, code__iexact=code).first()
            if self.store is None:
                raise ValidationError(_("No store has the code %(code)s."), params={"code": code})
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") and cleaned.get("wanted"):
            try:
                spelled(cleaned["kind"], cleaned["wanted"])
            except NothingToLookForError as error:
                self.add_error("wanted", str(error))
        return cleaned
