"""For which of an organization's stores a key or an endpoint is: every one, or those whose codes are named."""

from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.tenancy.models import Organization, Store
from backoffice.tenancy.store_groups import stores_by_code

EVERY, CHOSEN = "every", "chosen"


class Shared(Protocol):
    """What several stores share."""

    every_store: bool
    chosen_stores: Any


class StoresForm(forms.Form):
    where = forms.ChoiceField(
        label=gettext_lazy("Stores"),
        choices=[
            (EVERY, gettext_lazy("Every store, those added later as well")),
            (CHOSEN, gettext_lazy("Only the stores below")),
        ],
        widget=forms.RadioSelect,
    )
    codes = forms.CharField(
        label=gettext_lazy("Codes of the stores"),
        required=False,
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "DT01, DT02"}),
        help_text=gettext_lazy("Between blanks, commas or lines; a column copied from a spreadsheet will do."),
    )

    def __init__(
        self, data: Any = None, *, organization: Organization, shared: Shared | None = None, **others: Any
    ) -> None:
        self._organization = organization
        self._chosen: list[Store] = []
        super().__init__(data, initial=_first_values(shared), **others)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("where") != CHOSEN:
            return cleaned
        self._chosen, unknown = stores_by_code(self._organization, cleaned.get("codes", ""))
        if unknown:
            shown = ", ".join(unknown[:10]) + (f" … (+{len(unknown) - 10})" if len(unknown) > 10 else "")
            self.add_error("codes", _("No store has the code %(codes)s.") % {"codes": shown})
        elif not self._chosen:
            self.add_error("codes", _("Enter the code of at least one store."))
        return cleaned

    def stores(self) -> list[Store] | None:
        """None: every store."""
        return self._chosen if self.cleaned_data["where"] == CHOSEN else None


def _first_values(shared: Shared | None) -> dict[str, str]:
    if shared is None or shared.every_store:
        return {"where": EVERY}
    codes = shared.chosen_stores.order_by("code").values_list("code", flat=True)
    return {"where": CHOSEN, "codes": "\n".join(codes)}
