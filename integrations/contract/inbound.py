"""Webhooks that a provider's service sends to us."""

from collections.abc import Mapping
from dataclasses import dataclass


class NotAuthentic(Exception):
    """The call does not carry the proof that the service puts on its own; it is answered 401 and nothing is done."""


@dataclass(frozen=True, slots=True)
class InboundCall:
    """A call as it arrived at the integration's callback URL. Header names are in lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
