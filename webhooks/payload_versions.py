"""The versions of the webhook's body: what is stored is the newest, and each older one is made from the next newer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from webhooks.event_types import API_VERSION

Body = dict[str, Any]


class UnknownVersionError(ValueError):
    """A version that is not, or no longer, among ours."""


@dataclass(frozen=True, slots=True)
class PayloadVersion:
    """One version, named by the day it came out.

    `from_newer` turns a body of the next newer version into one of this; it may change the body it is given, and is None for the
    newest alone.
    """

    name: str
    from_newer: Callable[[Body], Body] | None = None


#: Newest first. A new version goes to the front, and the one it follows gets its `from_newer`.
VERSIONS: tuple[PayloadVersion, ...] = (PayloadVersion(API_VERSION),)


def names() -> tuple[str, ...]:
    """The versions that may be asked for, newest first."""
    return tuple(version.name for version in VERSIONS)


def in_version(body: bytes, version: str) -> bytes:
    """A body of the newest version, in JSON, as one of `version`. Raises UnknownVersionError.

    In the newest it is the very bytes that were given. An older one is the same for every try too, since transforms depend on
    nothing but the body.
    """
    if version == VERSIONS[0].name:
        return body
    if version not in names():
        raise UnknownVersionError(version)
    changed: Body = orjson.loads(body)
    for newer in VERSIONS[1 : names().index(version) + 1]:
        assert newer.from_newer is not None, newer.name  # noqa: S101
        changed = newer.from_newer(changed)
    return orjson.dumps(changed | {"api_version": version})
