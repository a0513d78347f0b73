"""What a lane's requests need besides the event: URL, keys, headers, or the provider and its settings."""

import logging
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from backoffice.security.encryption import DecryptionError
from integrations.catalog import all_providers
from integrations.contract import Provider
from integrations.models import Integration
from integrations.values import values_of
from webhooks.delivery.faults import will_pass
from webhooks.endpoint_secrets import open_headers, open_key
from webhooks.models import Endpoint

logger = logging.getLogger(__name__)

#: Of the endpoint and of its integration's settings; together they rise with every change.
Version = tuple[int, int]
MOST_REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Key:
    """A signing secret in the clear; one that has expired no longer signs."""

    secret: str = field(repr=False)
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how an endpoint is called. `problem` says why it cannot be called at all, such as a secret that does not open."""

    url: str
    api_version: str
    timeout_seconds: float
    keys: tuple[Key, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    provider: Provider | None = None
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    without_personal_data: bool = False
    problem: str = ""


class TargetCache:
    """Targets by endpoint, read again when the endpoint's version says that it, a key or its integration was changed."""

    def __init__(self) -> None:
        self._known: dict[uuid.UUID, tuple[Version, Target]] = {}

    def load(self, versions: Mapping[uuid.UUID, Version]) -> dict[uuid.UUID, Target]:
        """The targets of these endpoints in these versions, or later ones."""
        if len(self._known) > MOST_REMEMBERED:
            self._known.clear()
        unknown = {endpoint for endpoint, version in versions.items() if self._version(endpoint) != version}
        if unknown:
            for endpoint, target in load(unknown).items():
                self._known[endpoint] = (versions[endpoint], target)
        return {endpoint: self._known[endpoint][1] for endpoint in versions}

    def _version(self, endpoint: uuid.UUID) -> Version | None:
        known = self._known.get(endpoint)
        return known[0] if known else None


def load(endpoint_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Target]:
    """The targets of these endpoints, in a constant number of queries. Secrets that do not open spoil their own target alone."""
    endpoints = (
        Endpoint.objects.filter(pk__in=endpoint_ids).select_related("integration").prefetch_related("signing_keys")
    )
    found = {endpoint.pk: _target_or_problem(endpoint) for endpoint in endpoints}
    gone = Target("", "", timeout_seconds=1, problem=_("The endpoint was removed."))
    return {endpoint_id: found.get(endpoint_id, gone) for endpoint_id in endpoint_ids}


def _target_or_problem(endpoint: Endpoint) -> Target:
    """Whatever goes wrong with one endpoint stays with it. Raises the errors of a database that is away."""
    try:
        return _target(endpoint)
    except (DecryptionError, ValueError) as error:
        problem = str(error)
    except Exception as error:
        if will_pass(error):
            raise
        logger.exception("The endpoint %s cannot be called.", endpoint.pk)
        # The error's text may quote a secret, so only its kind is kept.
        problem = _("Its secrets or settings cannot be read (%(kind)s).") % {"kind": type(error).__name__}
    return Target(endpoint.url, endpoint.api_version, endpoint.timeout_seconds, problem=problem)


def _target(endpoint: Endpoint) -> Target:
    keys = tuple(
        Key(open_key(key, owner_id=endpoint.owner_id), key.expires_at)
        for key in sorted(endpoint.signing_keys.all(), key=lambda key: key.pk, reverse=True)
    )
    headers = tuple(open_headers(endpoint).items())
    values = values_of([endpoint.integration])[endpoint.integration.pk] if endpoint.integration else {}
    provider = all_providers().get(endpoint.integration.provider_slug) if endpoint.integration else None
    return Target(
        url=endpoint.url,
        api_version=endpoint.api_version,
        timeout_seconds=endpoint.timeout_seconds,
        keys=keys,
        headers=headers,
        provider=provider,
        values=values,
        without_personal_data=endpoint.without_personal_data,
        problem=_left_catalog(endpoint.integration) if endpoint.integration and provider is None else "",
    )


def _left_catalog(integration: Integration) -> str:
    return _("The provider %(slug)s is no longer in the catalog.") % {"slug": integration.provider_slug}
