"""The filters of the deliveries page, read from its address."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import parse_public_id
from backoffice.tenancy.models import Store
from webhooks.delivery_log import DeliveryFilters
from webhooks.event_words import EVENT_WORDS
from webhooks.models import Delivery, Endpoint

SINCE = {
    "1h": (_("Last hour"), timedelta(hours=1)),
    "24h": (_("Last 24 hours"), timedelta(hours=24)),
    "7d": (_("Last 7 days"), timedelta(days=7)),
    "30d": (_("Last 30 days"), timedelta(days=30)),
}
STATES = {
    "": _("Any state"),
    Delivery.State.DUE: _("Waiting or retrying"),
    Delivery.State.DELIVERED: _("Delivered"),
    Delivery.State.EXHAUSTED: _("Failed"),
    Delivery.State.PARKED: _("Parked"),
    Delivery.State.CANCELLED: _("Stopped"),
}


#: The fields of a stretch of time to the minute.
TIMES = ("after", "before")


def _select(label: Any, choices: Any = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=forms.Select(attrs={"class": "form-select"})
    )


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"class": "form-control", "type": "datetime-local", "step": "60"}
        ),
    )


class DeliveryFilterForm(forms.Form):
    """Every field may be empty. An address somebody altered is answered with no rows rather than with the wrong ones."""

    state = _select(_("State"), STATES)
    event = _select(_("Event"), [("", _("Any event")), *((event, words.name) for event, words in EVENT_WORDS.items())])
    endpoint = _select(_("Endpoint"))
    order = forms.CharField(
        label=_("Order id"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "search", "autocomplete": "off"}),
    )
    since = _select(_("Time"), [("", _("Any time")), *((code, name) for code, (name, _span) in SINCE.items())])

    after = _moment(_("From"))
    before = _moment(_("To"))

    def __init__(self, data: Any, *, endpoints: QuerySet[Endpoint], zone: ZoneInfo) -> None:
        """`zone` is that of the store, by whose clock times are typed."""
        self._zone = zone
        super().__init__(data, auto_id="filter-%s")
        self.fields["endpoint"].choices = [  # type: ignore[attr-defined]
            ("", _("Any endpoint")),
            *((endpoint.public_id, endpoint.description or endpoint.url) for endpoint in endpoints),
            *self._deleted(data.get("endpoint", ""), endpoints),
        ]

    @staticmethod
    def _deleted(chosen: str, endpoints: QuerySet[Endpoint]) -> list[tuple[str, Any]]:
        """A deleted endpoint keeps its deliveries: an address that names it goes on working, and says so."""
        try:
            pk = parse_public_id("ep", chosen)
        except ValueError:
            return []
        known = {endpoint.pk for endpoint in endpoints}
        return [] if pk in known else [(chosen, _("Deleted endpoint"))]

    def full_clean(self) -> None:
        with timezone.override(self._zone):
            super().full_clean()

    def usual_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name not in TIMES]

    def time_fields(self) -> list[forms.BoundField]:
        """A stretch of time to the minute, for those who look for one."""
        return [self[name] for name in TIMES]

    @property
    def has_times(self) -> bool:
        return any(self[name].value() for name in TIMES)

    def filters(self) -> DeliveryFilters | None:
        """What is asked for; None where the address holds a value that no filter has."""
        if not self.is_valid():
            return None
        chosen = self.cleaned_data
        endpoint_id: uuid.UUID | None = parse_public_id("ep", chosen["endpoint"]) if chosen["endpoint"] else None
        since = timezone.now() - SINCE[chosen["since"]][1] if chosen["since"] else None
        after: datetime | None = chosen["after"]
        return DeliveryFilters(
            state=chosen["state"],
            event_type=chosen["event"],
            endpoint_id=endpoint_id,
            order=chosen["order"].strip(),
            since=max(since, after) if since and after else since or after,
            until=chosen["before"],
        )


def filter_form(store: Store, data: Any) -> DeliveryFilterForm:
    """The store's filters as an address holds them."""
    endpoints = Endpoint.objects.listed().reaching(store).order_by("url", "pk")
    return DeliveryFilterForm(data, endpoints=endpoints, zone=ZoneInfo(store.timezone))
