"""Which providers are offered and how: what support decided about each, read whenever somebody acts."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from integrations import subscribers
from integrations.catalog import all_providers
from integrations.contract import Provider
from integrations.models import Integration, ProviderListing
from licensing.entitlements import has_hub


def listings() -> dict[str, ProviderListing]:
    """By slug, for every provider of the catalog, in one query. One that support never touched is offered as it is declared."""
    found = {listing.slug: listing for listing in ProviderListing.objects.select_related("adoption")}
    return {slug: found.get(slug) or ProviderListing(slug=slug) for slug in all_providers()}


def slugs_switched_off() -> frozenset[str]:
    """The slugs of providers that support switched off, in one query. Never cached: a switch counts at the next request."""
    return frozenset(ProviderListing.objects.filter(enabled=False).values_list("slug", flat=True))


def is_switched_off(slug: str) -> bool:
    return ProviderListing.objects.filter(slug=slug, enabled=False).exists()


def is_suspended(integration: Integration) -> bool:
    """Whether an integration that is active may do nothing now: its store lost the hub, or its provider is switched off."""
    return not has_hub(integration.store_id) or is_switched_off(integration.provider_slug)


def may_be_added(provider: Provider) -> bool:
    """Whether stores may add it: support has not switched it off."""
    return not is_switched_off(provider.slug)


@transaction.atomic
def save_listing(*, listing: ProviderListing, by: User | None) -> None:
    """Store what support decided. What waits for a provider that is switched on again goes on."""
    stored = ProviderListing.objects.select_for_update().filter(pk=listing.pk).first()
    before = stored or ProviderListing(slug=listing.slug)
    changes = {
        name: [getattr(before, name), getattr(listing, name)]
        for name in ("enabled", "beta", "featured", "note")
        if getattr(before, name) != getattr(listing, name)
    }
    listing.save(force_insert=stored is None)
    if changes:
        record(action="provider.listing_changed", by=by, target=listing, changes=changes)
    if listing.enabled and not before.enabled:
        subscribers.provider_switched_on(listing.slug)


def list_every_provider(*, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """After each migration, give every provider of the catalog its row; rows that are there stay as they are."""
    # The migrations may have stopped before the table, or gone back behind it.
    if ProviderListing._meta.db_table in connections[using].introspection.table_names():
        rows = [ProviderListing(slug=slug) for slug in all_providers()]
        ProviderListing.objects.using(using).bulk_create(rows, ignore_conflicts=True)
