"""Changes to integrations: each one transaction, who did it, its audit row, and word to the subscribers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Store
from integrations import subscribers
from integrations.brand import lock_brand, save_brand
from integrations.callbacks import callback_url
from integrations.catalog import all_providers
from integrations.consents import consent_to, require_accepted
from integrations.contract import Provider, SettingType
from integrations.listings import may_be_added
from integrations.models import Integration, IntegrationSecret
from integrations.values import keep_secret
from licensing.entitlements import has_hub


class NotInPlan(Exception):
    """The store has no license for the Integration Hub."""


class NotOffered(Exception):
    """The provider is not in the catalog, or support has switched it off."""


class AlreadyActive(Exception):
    """The store has an active integration of this provider, and the provider allows no second."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What is saved for all stores of the organization: values, and secrets to replace, or to remove (None)."""

    values: Mapping[str, object]
    secrets: Mapping[str, str | None]

    def __bool__(self) -> bool:
        return bool(self.values or self.secrets)


class StaleEdit(Exception):
    """Somebody saved these settings meanwhile; `current` is the integration as they left it."""

    def __init__(self, current: Integration) -> None:
        super().__init__(_("These settings were changed by someone else while you edited them."))
        self.current = current


@transaction.atomic
def add(*, store: Store, provider: Provider, by: User, address: str | None) -> Integration:
    """Add the provider to the store; `by` accepts its terms from `address`, which is kept with the hash of their text.

    Raises NotInPlan, NotOffered and AlreadyActive.
    """
    _require_hub(store)
    _require_offer(provider)
    integration = Integration(store=store, provider_slug=provider.slug, slot=_slot(store, provider), added_by=by)
    with _active_once(provider):
        integration.save(force_insert=True)
    _make_address(integration, provider)
    consent = consent_to(integration=integration, provider=provider, by=by, address=address)
    consent.save(force_insert=True)
    record(
        action="integration.added",
        by=by,
        store=store,
        target=integration,
        changes={
            "provider": provider.slug,
            "terms_version": consent.terms_version,
            "terms_sha256": consent.terms_sha256,
        },
    )
    subscribers.integration_changed(integration, by)
    return integration


@transaction.atomic
def save_settings(
    *,
    integration: Integration,
    values: Mapping[str, object],
    secrets: Mapping[str, str | None],
    version: int,
    by: User | None,
    shared: Shared | None = None,
    draft: bool = False,
) -> Integration:
    """Store the settings. `secrets` holds those to replace, or to remove (None); the others stay as they are.

    A draft, which may lack what is required, leaves the integration in need of setup. Raises StaleEdit unless `version` is the one last saved.
    """
    provider = all_providers().get(integration.provider_slug)
    brand = lock_brand(integration.store.organization, provider) if provider and shared else None
    locked = Integration.objects.select_for_update(of=("self",)).select_related("store").get(pk=integration.pk)
    if locked.version != version:
        raise StaleEdit(locked)
    if provider is not None:
        _make_address(locked, provider)
    if brand and shared:
        save_brand(brand=brand, values=shared.values, secrets=shared.secrets, by=by)
    before = locked.setting_values
    locked.setting_values = dict(values)
    if not draft:
        locked.settings_saved_at = timezone.now()
    locked.version = version + 1
    locked.save(update_fields=["setting_values", "settings_saved_at", "version"])
    changes: dict[str, object] = {
        name: [before.get(name), value] for name, value in values.items() if before.get(name) != value
    }
    for name, value in secrets.items():
        changes[name] = _set_secret(locked, name, value, by)
    record(action="integration.settings_saved", by=by, store=locked.store, target=locked, changes=changes)
    subscribers.integration_changed(locked, by)
    return locked


@transaction.atomic
def deactivate(*, integration: Integration, by: User | None) -> Integration:
    """Stop everything of this integration; settings, secrets and history stay. Does nothing to one that is deactivated."""
    locked = Integration.objects.select_for_update(of=("self",)).select_related("store").get(pk=integration.pk)
    if locked.deactivated_at is None:
        locked.deactivated_at = timezone.now()
        locked.save(update_fields=["deactivated_at"])
        record(action="integration.deactivated", by=by, store=locked.store, target=locked)
        subscribers.integration_changed(locked, by)
    return locked


@transaction.atomic
def activate(*, integration: Integration, provider: Provider, by: User | None) -> Integration:
    """Bring a deactivated integration back as it was. Raises NotInPlan, NewTerms and AlreadyActive."""
    locked = Integration.objects.select_for_update(of=("self",)).select_related("store").get(pk=integration.pk)
    _require_hub(locked.store)
    require_accepted(locked, provider)
    if locked.deactivated_at is not None:
        locked.deactivated_at = None
        if provider.allows_several:
            locked.slot = _slot(locked.store, provider)
        with _active_once(provider):
            locked.save(update_fields=["deactivated_at", "slot"])
        record(action="integration.activated", by=by, store=locked.store, target=locked)
        subscribers.integration_changed(locked, by)
    return locked


def _make_address(integration: Integration, provider: Provider) -> None:
    """Where the provider's service sends its webhooks, for one that has any."""
    if any(setting.type is SettingType.CALLBACK_URL for setting in provider.settings):
        callback_url(integration)


def _require_hub(store: Store) -> None:
    if not has_hub(store.pk):
        raise NotInPlan(_("This store does not have the Integration Hub. Upgrade to add integrations."))


def _require_offer(provider: Provider) -> None:
    if not may_be_added(provider):
        raise NotOffered(_("%(provider)s is not available now.") % {"provider": provider.name})


def _slot(store: Store, provider: Provider) -> int:
    """The first free one where a provider may be added several times, else the only one."""
    if not provider.allows_several:
        return 0
    taken = set(
        Integration.objects.active().filter(store=store, provider_slug=provider.slug).values_list("slot", flat=True)
    )
    return next(slot for slot in range(len(taken) + 1) if slot not in taken)


@contextmanager
def _active_once(provider: Provider) -> Iterator[None]:
    """Turns the database's refusal of a second active integration into AlreadyActive."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "integrations_active_once" not in str(error):
            raise
        raise AlreadyActive(_("%(provider)s is active in this store already.") % {"provider": provider.name}) from error


def _set_secret(integration: Integration, name: str, value: str | None, by: User | None) -> str:
    if value is None:
        IntegrationSecret.objects.filter(integration=integration, name=name).delete()
        return "removed"
    keep_secret(integration, name, value, by=by)
    return "replaced"
