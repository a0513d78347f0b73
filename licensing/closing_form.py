"""The store's code typed in, so that nobody closes a store by a slip."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.tenancy.models import Store


class StoreCodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code of the store"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, store: Store) -> None:
        self._store = store
        super().__init__(data)
        self.fields["code"].help_text = _("Type %(code)s.") % {"code": store.code}

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code.strip().upper() != self._store.code.upper():
            raise ValidationError(
                _("This is not the store's code. Type %(code)s to close this store."), params={"code": self._store.code}
            )
        return code
