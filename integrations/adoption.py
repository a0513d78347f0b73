"""Counting who uses each provider: every night, and when support asks for it."""

from django.db import connection
from django.utils import timezone

from integrations.order_health import orders_out
from licensing.entitlements import has_hub_sql

# Whether a store has the hub is asked once a store, not once an integration: there may be hundreds of those in each.
_COUNT = f"""
WITH licensed AS MATERIALIZED (
    SELECT store.id FROM tenancy_store store WHERE {has_hub_sql("store.id")}
), counted AS (
    SELECT provider_slug,
        count(DISTINCT licensed.id) FILTER (WHERE deactivated_at IS NULL AND settings_saved_at IS NOT NULL) AS stores,
        count(*) FILTER (WHERE deactivated_at IS NULL) AS active,
        count(*) FILTER (
            WHERE deactivated_at IS NULL AND (failing_since IS NOT NULL OR integration.id = ANY(%(failing)s))
        ) AS failing,
        count(*) FILTER (WHERE deactivated_at IS NOT NULL) AS deactivated
    FROM integrations_integration integration LEFT JOIN licensed ON licensed.id = integration.store_id
    GROUP BY provider_slug
)
INSERT INTO integrations_provideradoption (listing_id, stores, active, failing, deactivated, counted_at)
SELECT listing.slug, COALESCE(stores, 0), COALESCE(active, 0), COALESCE(failing, 0), COALESCE(deactivated, 0), %(now)s
FROM integrations_providerlisting listing LEFT JOIN counted ON counted.provider_slug = listing.slug
ON CONFLICT (listing_id) DO UPDATE SET stores = excluded.stores, active = excluded.active, failing = excluded.failing,
    deactivated = excluded.deactivated, counted_at = excluded.counted_at
"""  # noqa: S608  # nothing but constants is put in


def count_adoption() -> None:
    """Write the figures of every listed provider, in one statement."""
    now = timezone.now()
    failing = [integration for page in orders_out().failing_since(now) for integration in page]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"failing": failing, "now": now})
