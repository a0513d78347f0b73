"""Adding one provider to several stores at once: a constant number of statements for any number of stores."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record_each
from backoffice.tenancy.models import Store
from integrations import subscribers
from integrations.actions import NotOffered
from integrations.consents import consent_to
from integrations.contract import Provider, SettingType
from integrations.listings import may_be_added
from integrations.models import Consent, Integration
from licensing.entitlements import licensed_stores

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class BulkAdded:
    """What came of each store: `added`, `had_it` (before, or through somebody else meanwhile), `unlicensed`."""

    added: list[Integration]
    had_it: list[Store]
    unlicensed: list[Store]


@transaction.atomic
def add_to_stores(*, stores: Collection[Store], provider: Provider, by: User, address: str | None) -> BulkAdded:
    """Add the provider to each of the stores that has the hub and has it not yet, with a consent of `by` for each.

    A store that has it already gets no second one, also where the provider would allow it. Raises NotOffered.
    """
    if not may_be_added(provider):
        raise NotOffered(str(provider.name))
    licensed = licensed_stores(store.pk for store in stores)
    having = set(stores_having(provider, stores))
    wanted = [store for store in stores if store.pk in licensed and store.pk not in having]
    rows = [_integration(store, provider, by) for store in wanted]
    Integration.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_AT_ONCE)
    stored = set(Integration.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    added = [row for row in rows if row.pk in stored]
    consents = [consent_to(integration=row, provider=provider, by=by, address=address) for row in added]
    Consent.objects.bulk_create(consents, batch_size=_AT_ONCE)
    terms = {"terms_version": provider.terms.version, "terms_sha256": provider.terms.sha256}
    record_each(
        action="integration.added",
        by=by,
        target_type=Integration._meta.label_lower,
        rows=[(row.pk, str(row), row.store) for row in added],
        changes={"provider": provider.slug, **terms},
    )
    for row in added:
        subscribers.integration_changed(row, by)
    done = {row.store_id for row in added}
    return BulkAdded(
        added=added,
        had_it=[store for store in stores if store.pk in licensed and store.pk not in done],
        unlicensed=[store for store in stores if store.pk not in licensed],
    )


def stores_having(provider: Provider, stores: Collection[Store]) -> dict[object, Integration]:
    """Those of the stores in which the provider is active, each with the integration; one query."""
    found = Integration.objects.active().filter(provider_slug=provider.slug, store__in=[store.pk for store in stores])
    return {integration.store_id: integration for integration in found.order_by("-slot")}


def _integration(store: Store, provider: Provider, by: User) -> Integration:
    has_address = any(setting.type is SettingType.CALLBACK_URL for setting in provider.settings)
    token = secrets.token_hex(24) if has_address else None
    return Integration(store=store, provider_slug=provider.slug, added_by=by, inbound_token=token)
