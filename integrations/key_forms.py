"""Forms of developer API keys: made and changed, of a store and of an organization."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.tenancy.models import Organization
from backoffice.tenancy.stores_form import StoresForm
from integrations.api_key_use import Network, as_callers_come
from integrations.api_keys import Wishes
from integrations.models import ApiKey, Scope
from integrations.scope_words import SCOPES, ScopeWords

MOST_ADDRESSES = 50
_LONGEST_TEXT = 4000
_LONGEST_LIFE = timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """One box of the matrix."""

    id: str
    words: ScopeWords
    checked: bool


class KeyForm(forms.Form):
    """What a key is for and what it may do. `zone` is the clock by which its last day ends."""

    name = forms.CharField(
        label=gettext_lazy("What is this key for?"),
        max_length=80,
        help_text=gettext_lazy("Such as the program or partner that will use it."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one thing that the key may do.")},
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("The key stops at the end of that day. Empty: it works until you revoke it."),
    )
    addresses = forms.CharField(
        label=gettext_lazy("Addresses it may be used from"),
        required=False,
        max_length=_LONGEST_TEXT,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "203.0.113.0/24"}),
        help_text=gettext_lazy(
            "One address or network a line, such as 203.0.113.7 or 203.0.113.0/24. Empty: from anywhere."
        ),
    )

    def __init__(self, data: Any = None, *, zone: ZoneInfo, key: ApiKey | None = None, **others: Any) -> None:
        self._zone, self._key = zone, key
        super().__init__(data, initial=self._first_values() | others.pop("initial", {}), **others)
        if key is None:
            self.fields["test"] = forms.BooleanField(
                label=gettext_lazy("Test key"),
                required=False,
                help_text=gettext_lazy(
                    "Orders posted with it are test orders: kept out of charts and exports, and sent only where test "
                    "events are accepted. This cannot be changed later."
                ),
            )

    def clean_last_day(self) -> datetime | None:
        """The moment at which the day is over. A day that was not touched keeps its moment, as after the key was rolled."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        if self._key is not None and self._key.expires_at and day == self._day_of(self._key.expires_at):
            return self._key.expires_at
        if day > timezone.localdate() + _LONGEST_LIFE:
            raise ValidationError(_("This day is too far away. Leave it empty for a key without an end."))
        ends = datetime.combine(day + timedelta(days=1), time(), self._zone)
        if ends <= timezone.now():
            raise ValidationError(_("Choose today or a day to come. To stop the key now, revoke it."))
        return ends

    def clean_addresses(self) -> list[str]:
        networks: dict[str, None] = {}
        for line in self.cleaned_data["addresses"].replace(",", "\n").split():
            try:
                network = ipaddress.ip_network(line, strict=False)
            except ValueError:
                raise ValidationError(
                    _("“%(line)s” is no address or network. Write them as 203.0.113.7 or 203.0.113.0/24."),
                    params={"line": line[:60]},
                ) from None
            network = as_callers_come(network)
            if network.prefixlen == 0:
                raise ValidationError(
                    _("“%(line)s” is everywhere. Leave the list empty instead."), params={"line": line}
                )
            networks[_written(network)] = None
        if len(networks) > MOST_ADDRESSES:
            raise ValidationError(_("Use at most %(most)d lines."), params={"most": MOST_ADDRESSES})
        return list(networks)

    def wishes(self) -> Wishes:
        chosen = self.cleaned_data
        return Wishes(
            name=chosen["name"],
            scopes=chosen["scopes"],
            expires_at=chosen["last_day"],
            addresses=chosen["addresses"],
            stores=self.stores() if isinstance(self, StoresForm) else None,
        )

    def scope_choices(self) -> Iterator[ScopeChoice]:
        chosen = set(self["scopes"].value() or ())
        for words in SCOPES:
            yield ScopeChoice(f"scope-{words.scope.value.replace(':', '-')}", words, words.scope.value in chosen)

    def other_fields(self) -> Iterator[forms.BoundField]:
        """All that the matrix does not show."""
        for bound in self:
            if bound.name not in {"name", "scopes"}:
                yield bound

    def _first_values(self) -> dict[str, Any]:
        key = self._key
        if key is None:
            return {"scopes": list(Scope.values)}
        return {
            "name": key.name,
            "scopes": key.scopes,
            "last_day": self._day_of(key.expires_at) if key.expires_at else None,
            "addresses": "\n".join(key.addresses),
        }

    def _day_of(self, ends: datetime) -> Any:
        return (ends - timedelta(microseconds=1)).astimezone(self._zone).date()


class OrganizationKeyForm(StoresForm, KeyForm):
    """A key of the organization: also for which stores."""

    field_order = ("name", "scopes", "where", "codes", "last_day", "addresses", "test")

    def __init__(
        self, data: Any = None, *, organization: Organization, zone: ZoneInfo, key: ApiKey | None = None
    ) -> None:
        super().__init__(data, organization=organization, shared=key, zone=zone, key=key)


class RollKeyForm(forms.Form):
    overlap = forms.TypedChoiceField(
        label=gettext_lazy("The old key keeps working for"),
        help_text=gettext_lazy("Long enough to put the new key everywhere the old one is used."),
        coerce=int,
        initial=24,
        choices=[
            (0, gettext_lazy("Not at all: it stops now")),
            (1, gettext_lazy("1 hour")),
            (24, gettext_lazy("24 hours")),
            (24 * 7, gettext_lazy("7 days")),
        ],
    )

    @property
    def overlap_time(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap"])


def _written(network: Network) -> str:
    """A single address without the length of its network."""
    return str(network.network_address) if network.num_addresses == 1 else str(network)
