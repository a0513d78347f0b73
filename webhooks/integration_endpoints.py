"""The endpoint of an integration that takes orders: made when it is set up, and kept as its settings are."""

from dataclasses import replace

from backoffice.accounts.models import User
from integrations.catalog import all_providers
from integrations.contract import Provider
from integrations.models import Integration
from integrations.values import values_of
from webhooks import endpoints
from webhooks.models import Endpoint
from webhooks.parking import unpark
from webhooks.wishes import Wishes


def follow(integration: Integration, by: User | None) -> None:
    """Hears of each change of an integration, in that change's transaction.

    Whether the integration is deactivated is asked by the engine at every order, so the endpoint's own state, and with it a
    pause that somebody chose, stays as it is.
    """
    provider = all_providers().get(integration.provider_slug)
    if provider is None or not provider.order_events or integration.settings_saved_at is None:
        return
    endpoint = Endpoint.objects.listed().select_for_update(of=("self",)).filter(integration=integration).first()
    if integration.deactivated_at is not None:
        if endpoint:
            endpoints.touch(endpoint=endpoint)
        return
    _keep(endpoint, integration, provider, by)


def _rate(provider: Provider) -> int | None:
    """Orders a second, from what the service allows; who owns the endpoint may set another later."""
    return max(1, provider.requests_per_minute // 60) if provider.requests_per_minute else None


def _keep(endpoint: Endpoint | None, integration: Integration, provider: Provider, by: User | None) -> None:
    """Settings that ask for no event make no endpoint; one that is there goes on, and its provider declines each order."""
    values = values_of([integration])[integration.pk]
    url, events = provider.target_url(values), list(provider.wanted_events(values))
    opened_from = provider.opened_from(values)
    if endpoint is None:
        if events:
            endpoints.create(
                store=integration.store,
                wishes=Wishes(
                    url=url,
                    event_types=events,
                    opened_from=opened_from,
                    description=str(provider.name),
                    rate_per_second=_rate(provider),
                ),
                by=by,
                integration=integration,
            )
        return
    kept = (endpoint.url, endpoint.event_types, endpoint.opened_from)
    if events and kept != (url, events, opened_from):
        wishes = replace(Wishes.of(endpoint), url=url, event_types=events, opened_from=opened_from)
        endpoints.update(endpoint=endpoint, version=endpoint.version, wishes=wishes, by=by)
    else:
        endpoints.touch(endpoint=endpoint)
    unpark([endpoint.pk])
