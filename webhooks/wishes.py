"""What an endpoint is asked to be: checked as a whole, and written onto it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.security.address_guard import check_url, parse_networks
from webhooks.endpoint_secrets import seal_headers
from webhooks.event_types import API_VERSION, ORDER_EVENT_TYPES, OpenedFrom
from webhooks.headers import MOST_HEADERS, InvalidHeaderError, check_header
from webhooks.models import Endpoint
from webhooks.payload_versions import UnknownVersionError, names

Headers = Mapping[str, str]

#: Calls at a time and calls a second, at most.
MOST_AT_A_TIME = 100
FASTEST_PACE = 1000


class InvalidEventsError(ValueError):
    """An event type that no endpoint can ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """All that people choose about an endpoint. What is left out is as a new endpoint has it.

    To change some of it, `replace(Wishes.of(endpoint), ...)` by `dataclasses.replace`. `headers` are all of them anew; None
    keeps those that are there. `rate_per_second` of None sets no pace: as many as are taken.
    """

    url: str
    event_types: Sequence[str]
    channels: Sequence[str] = ()
    opened_from: str = OpenedFrom.ANYWHERE
    description: str = ""
    accepts_test_events: bool = False
    without_personal_data: bool = False
    headers: Headers | None = None
    timeout_seconds: int = 15
    api_version: str = API_VERSION
    max_in_flight: int = 10
    rate_per_second: int | None = None
    fifo: bool = False

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        """The endpoint as it stands."""
        return cls(
            url=endpoint.url,
            event_types=endpoint.event_types,
            channels=endpoint.channels,
            opened_from=endpoint.opened_from,
            description=endpoint.description,
            accepts_test_events=endpoint.accepts_test_events,
            without_personal_data=endpoint.without_personal_data,
            timeout_seconds=endpoint.timeout_seconds,
            api_version=endpoint.api_version,
            max_in_flight=endpoint.max_in_flight,
            rate_per_second=endpoint.rate_per_second,
            fifo=endpoint.fifo,
        )

    def write(self, endpoint: Endpoint) -> None:
        """Make the endpoint so, unsaved.

        Raises RefusedURL, InvalidHeaderError, InvalidEventsError and UnknownVersionError, whose texts are for people.
        """
        url = self._checked(endpoint)
        endpoint.url = url
        endpoint.event_types = list(dict.fromkeys(map(str, self.event_types)))
        endpoint.channels = list(dict.fromkeys(map(str, self.channels)))
        endpoint.opened_from = str(self.opened_from)
        endpoint.description = self.description
        endpoint.accepts_test_events = self.accepts_test_events
        endpoint.without_personal_data = self.without_personal_data
        endpoint.timeout_seconds = self.timeout_seconds
        endpoint.api_version = self.api_version
        endpoint.max_in_flight = self.max_in_flight
        endpoint.rate_per_second = self.rate_per_second
        endpoint.fifo = self.fifo
        if self.headers is not None:
            endpoint.header_names = list(self.headers)
            endpoint.headers_ciphertext = seal_headers(endpoint, self.headers)

    def _checked(self, endpoint: Endpoint) -> str:
        """The URL in the form it is called in. An endpoint may keep a payload version that is no longer given out."""
        if self.api_version != endpoint.api_version and self.api_version not in names():
            raise UnknownVersionError(_("There is no payload version %(version)s.") % {"version": self.api_version})
        if not self.event_types or not set(self.event_types) <= {str(event) for event in ORDER_EVENT_TYPES}:
            raise InvalidEventsError(_("Choose at least one order event."))
        lowered = [name.lower() for name in self.headers or ()]
        if len(lowered) > MOST_HEADERS or len(set(lowered)) < len(lowered):
            raise InvalidHeaderError(_("Use at most %(most)d headers, each name once.") % {"most": MOST_HEADERS})
        for name, value in (self.headers or {}).items():
            check_header(name, value)
        return check_url(self.url, parse_networks(settings.OUTBOUND_OPEN_NETWORKS)).url


def shown(endpoint: Endpoint) -> dict[str, Any]:
    """What an audit row may say of an endpoint: headers by name alone."""
    return {
        "url": endpoint.url,
        "event_types": list(endpoint.event_types),
        "channels": list(endpoint.channels),
        "opened_from": str(endpoint.opened_from),
        "description": endpoint.description,
        "accepts_test_events": endpoint.accepts_test_events,
        "without_personal_data": endpoint.without_personal_data,
        "timeout_seconds": endpoint.timeout_seconds,
        "api_version": endpoint.api_version,
        "max_in_flight": endpoint.max_in_flight,
        "rate_per_second": endpoint.rate_per_second,
        "fifo": endpoint.fifo,
        "header_names": list(endpoint.header_names),
    }
