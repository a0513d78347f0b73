"""What a store is set up as, for its export: integrations and endpoints without any secret."""

from typing import Any

from backoffice.tenancy.models import Store
from integrations.catalog import all_providers
from integrations.models import ActionSchedule, Integration
from webhooks.models import Endpoint
from webhooks.wishes import shown


def store_facts(store: Store) -> dict[str, Any]:
    return {
        "id": store.public_id,
        "code": store.code,
        "name": store.name,
        "timezone": store.timezone,
        "currency": store.currency,
        "created_at": store.created_at.isoformat(),
        "closed_at": store.closed_at.isoformat() if store.closed_at else None,
    }


def integrations(store: Store) -> list[dict[str, Any]]:
    """Each integration there ever was, oldest first: its settings, and of its secrets the names alone."""
    found = list(
        Integration.objects.filter(store_id=store.pk)
        .prefetch_related("secrets", "schedules")
        .order_by("added_at", "pk")
    )
    return [_integration(one) for one in found]


def _integration(one: Integration) -> dict[str, Any]:
    provider = all_providers().get(one.provider_slug)
    secret = {setting.name for setting in provider.settings if setting.secret} if provider else set()
    return {
        "id": one.public_id,
        "provider": one.provider_slug,
        "name": str(provider.name) if provider else one.provider_slug,
        # A provider that has left the catalog cannot say any more which of its settings were secret.
        "settings": {name: value for name, value in one.setting_values.items() if provider and name not in secret},
        "secrets": sorted(each.name for each in one.secrets.all()),
        "schedules": [_schedule(each) for each in one.schedules.all()],
        "added_at": one.added_at.isoformat(),
        "deactivated_at": one.deactivated_at.isoformat() if one.deactivated_at else None,
    }


def _schedule(schedule: ActionSchedule) -> dict[str, Any]:
    return {
        "action": schedule.action,
        "every": schedule.every,
        "at": schedule.at.isoformat(timespec="minutes") if schedule.at else None,
    }


def endpoints(store: Store) -> list[dict[str, Any]]:
    """The store's own endpoints and those its integrations brought, deleted ones too: headers by name alone, no signing secret."""
    found = Endpoint.objects.filter(store_id=store.pk).select_related("integration").order_by("pk")
    return [
        {
            "id": endpoint.public_id,
            "integration": endpoint.integration.public_id if endpoint.integration else None,
            **shown(endpoint),
            "state": endpoint.state,
            "state_reason": endpoint.state_reason,
            "created_at": endpoint.created_at.isoformat(),
            "deleted_at": endpoint.deleted_at.isoformat() if endpoint.deleted_at else None,
        }
        for endpoint in found
    ]
