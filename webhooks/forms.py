"""The form of an endpoint: where, which events, with which header; header values go in and never come out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.security.address_guard import RefusedURL, check_url, parse_networks
from backoffice.security.redaction import hint
from webhooks.event_types import Channel
from webhooks.event_words import CHANNEL_NOTES, SWITCH_WORDS
from webhooks.headers import LONGEST_NAME, LONGEST_VALUE, MOST_HEADERS, InvalidHeaderError, check_header
from webhooks.models import Endpoint
from webhooks.opened_orders import SWITCHES, as_stored, switched_on
from webhooks.wishes import FASTEST_PACE, MOST_AT_A_TIME, Wishes

LONGEST_TIMEOUT = 30
PACE_FIELDS = ("max_in_flight", "rate_per_second", "fifo")


@dataclass(frozen=True, slots=True)
class Choice:
    """One switch of a group: its words, the technical name beside them, and what it means."""

    id: str
    value: str
    label: str | Promise
    meaning: str | Promise
    checked: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class HeaderSlot:
    """The fields of one custom header; `stored` names one that has a value already, which is not shown."""

    name: forms.BoundField | None
    value: forms.BoundField
    remove: forms.BoundField | None
    stored: str
    hint: str


class EndpointForm(forms.Form):
    """Adds an endpoint, or edits the one in `endpoint`.

    `stored` gives its header values in the clear: for hints, and to keep those that are not replaced. They are never rendered.
    """

    url = forms.CharField(
        label=gettext_lazy("URL"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://hooks.example.com/orders", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Your partner gives you this address. It starts with https:// and can be reached from the internet."
        ),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("How you call it, such as “Kitchen screens”."),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=[(switch, words.name) for switch, words in SWITCH_WORDS.items()],
        error_messages={"required": gettext_lazy("Turn at least one event on, or nothing is ever sent.")},
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"), choices=Channel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    accepts_test_events = forms.BooleanField(label=gettext_lazy("Send test orders too"), required=False)
    without_personal_data = forms.BooleanField(label=gettext_lazy("Leave personal data out"), required=False)
    timeout_seconds = forms.IntegerField(
        label=gettext_lazy("Time limit in seconds"),
        min_value=1,
        max_value=LONGEST_TIMEOUT,
        initial=15,
        help_text=gettext_lazy("How long the receiver may take to answer, 30 seconds at most."),
    )
    max_in_flight = forms.IntegerField(
        label=gettext_lazy("Calls at a time"),
        min_value=1,
        max_value=MOST_AT_A_TIME,
        initial=10,
        help_text=gettext_lazy(
            "How many calls may be under way at once, 1 to 100. Fewer spare a small receiver; in a rush, orders then wait longer."
        ),
    )
    rate_per_second = forms.IntegerField(
        label=gettext_lazy("Calls a second"),
        min_value=1,
        max_value=FASTEST_PACE,
        required=False,
        help_text=gettext_lazy(
            "How many calls may start each second, 1 to 1,000. Left empty, as many as the receiver takes. At a slow pace orders arrive "
            "later; none is lost."
        ),
    )
    fifo = forms.BooleanField(label=gettext_lazy("Keep each order's events in order"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    def __init__(
        self, data: Any = None, *, endpoint: Endpoint | None = None, stored: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=_initial(endpoint))
        self.endpoint = endpoint
        self.names = list(endpoint.header_names) if endpoint else []
        self.stored = dict(stored or {})
        for index in range(len(self.names)):
            self.fields[f"header_value_{index}"] = _value_field(required=False)
            self.fields[f"header_remove_{index}"] = forms.BooleanField(label=gettext_lazy("Remove"), required=False)
        if len(self.names) < MOST_HEADERS:
            self.fields["header_name"] = forms.CharField(
                label=gettext_lazy("Header name"),
                required=False,
                max_length=LONGEST_NAME,
                widget=forms.TextInput(
                    attrs={"placeholder": "X-API-Key", "autocomplete": "off", "spellcheck": "false"}
                ),
            )
            self.fields["header_value"] = _value_field(required=False)

    def clean_url(self) -> str:
        try:
            return check_url(self.cleaned_data["url"], parse_networks(settings.OUTBOUND_OPEN_NETWORKS)).url
        except RefusedURL as refused:
            raise ValidationError(str(refused)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for index, name in enumerate(self.names):
            if cleaned.get(f"header_remove_{index}"):
                continue
            if value := cleaned.get(f"header_value_{index}"):
                self._check_header(name, value, f"header_value_{index}")
            elif name not in self.stored:
                self.add_error(f"header_value_{index}", _("The stored value cannot be read any more. Enter it again."))
        name, value = cleaned.get("header_name", ""), cleaned.get("header_value", "")
        if name and not value:
            self.add_error("header_value", _("Enter the value your partner gave you for this header."))
        elif value and not name:
            self.add_error("header_name", _("Enter the name of the header, such as X-API-Key."))
        elif name.lower() in {stored.lower() for stored in self.names}:
            self.add_error("header_name", _("This header is there already. Replace its value instead."))
        elif name:
            self._check_header(name, value, "header_name")
        return cleaned

    def _check_header(self, name: str, value: str, field: str) -> None:
        try:
            check_header(name, value)
        except InvalidHeaderError as error:
            self.add_error(field, str(error))

    def headers(self) -> dict[str, str] | None:
        """The custom headers as they shall be, with their values; None where all of them stay as they are."""
        chosen = self.cleaned_data
        wanted = {
            name: chosen.get(f"header_value_{index}") or self.stored[name]
            for index, name in enumerate(self.names)
            if not chosen.get(f"header_remove_{index}")
        }
        if chosen.get("header_name"):
            wanted[chosen["header_name"]] = chosen["header_value"]
        return None if self.names and wanted == self.stored else wanted

    def wishes(self) -> Wishes:
        """What the actions take; the payload version stays as it is."""
        chosen = self.cleaned_data
        event_types, opened_from = as_stored(chosen["events"])
        wanted = Wishes(
            url=chosen["url"],
            description=chosen["description"],
            event_types=event_types,
            opened_from=opened_from,
            channels=chosen["channels"],
            accepts_test_events=chosen["accepts_test_events"],
            without_personal_data=chosen["without_personal_data"],
            timeout_seconds=chosen["timeout_seconds"],
            max_in_flight=chosen["max_in_flight"],
            rate_per_second=chosen["rate_per_second"],
            fifo=chosen["fifo"],
            headers=self.headers(),
        )
        return replace(wanted, api_version=self.endpoint.api_version) if self.endpoint else wanted

    @property
    def paced(self) -> bool:
        """Whether anything of pace and order is other than a new endpoint has it, or is wrong: it must be seen then."""
        return any(
            self[name].errors or str(self[name].value() or "") != str(self.fields[name].initial or "")
            for name in PACE_FIELDS
        )

    def event_choices(self) -> Iterator[Choice]:
        chosen = set(self["events"].value() or ())
        for switch, words in SWITCH_WORDS.items():
            code = switch.replace(".", "-").replace(":", "-")
            yield Choice(f"event-{code}", switch, words.name, words.meaning, switch in chosen, words.type)

    def channel_choices(self) -> Iterator[Choice]:
        chosen = set(self["channels"].value() or ())
        for channel in Channel:
            note = CHANNEL_NOTES.get(channel, "")
            yield Choice(f"channel-{channel.value}", channel.value, channel.label, note, channel in chosen)

    def header_slots(self) -> Iterator[HeaderSlot]:
        for index, name in enumerate(self.names):
            shown = hint(self.stored.get(name, ""))
            yield HeaderSlot(None, self[f"header_value_{index}"], self[f"header_remove_{index}"], name, shown)
        if "header_name" in self.fields:
            yield HeaderSlot(self["header_name"], self["header_value"], None, "", "")


def _value_field(*, required: bool) -> forms.CharField:
    """A secret: typed in, never rendered back, not even after an error elsewhere in the form."""
    return forms.CharField(
        label=gettext_lazy("Header value"),
        required=required,
        max_length=LONGEST_VALUE,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"}),
    )


def _initial(endpoint: Endpoint | None) -> dict[str, Any]:
    if endpoint is None:
        return {"events": ["order.closed"]}
    return {
        "url": endpoint.url,
        "description": endpoint.description,
        "events": [each for each in SWITCHES if each in switched_on(endpoint.event_types, endpoint.opened_from)],
        "channels": endpoint.channels,
        "accepts_test_events": endpoint.accepts_test_events,
        "without_personal_data": endpoint.without_personal_data,
        "timeout_seconds": endpoint.timeout_seconds,
        "max_in_flight": endpoint.max_in_flight,
        "rate_per_second": endpoint.rate_per_second,
        "fifo": endpoint.fifo,
        "version": endpoint.version,
    }
