"""Calls that a provider makes to its service, and what can go wrong with them.

A failure is one bit: either a person must do something (`NeedsAttention`), or it may work later (`TryLater`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from integrations.contract.text import Text


class ProviderProblem(Exception):
    """What went wrong, in words that a store owner reads; never a secret, never a stack trace."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


class NeedsAttention(ProviderProblem):
    """Trying again does not help until somebody changes something: a wrong password, a missing permission, a closed account."""


class TryLater(ProviderProblem):
    """It may work later: the service is down, slow or has had enough of us. `after_seconds` is what the service asked for, 0 if nothing."""

    def __init__(self, message: Text, after_seconds: int = 0) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call to a service. `timeout_seconds` covers all of it."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeout_seconds: float = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered, whatever its status. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body as JSON. Raises TryLater where it is none: a service in trouble often answers with a page."""
        try:
            return cast("object", json.loads(self.body))
        except (ValueError, RecursionError) as error:
            raise TryLater(f"The service answered {self.status} with something that is not JSON.") from error


class Http(Protocol):
    """The way out: guarded against private addresses, paced by the provider's `requests_per_minute`, with limits on time and size.

    429 and 503 are waited out as their Retry-After asks, a few times and not for long, and so are connections that fail; then
    TryLater is raised. Every other status is returned as it came. Redirects are not followed.
    """

    def send(self, call: Call) -> Answer: ...
