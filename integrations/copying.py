"""Copying an integration's settings to other stores: what would happen to each, and doing it, in a constant number of statements."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record, record_each
from backoffice.tenancy.models import Store
from integrations import subscribers
from integrations.brand import lock_brand, shared_settings
from integrations.bulk_add import add_to_stores, stores_having
from integrations.consents import accepted_terms, are_new, consent_to
from integrations.contract import Provider, Scope, Setting
from integrations.hints import hint
from integrations.models import Consent, Integration, IntegrationSecret
from integrations.values import open_secret, seal
from licensing.entitlements import licensed_stores

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Effect:
    """What copying does to one store: it gets the integration, or its own is changed. `terms` have to be accepted for it."""

    store: Store
    target: Integration | None
    changed: tuple[Setting, ...]
    terms: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What copying does to each chosen store. `fingerprint` changes when any of it does."""

    effects: tuple[Effect, ...]
    unlicensed: tuple[Store, ...]
    fingerprint: str

    @property
    def adds(self) -> list[Effect]:
        return [effect for effect in self.effects if effect.target is None]

    @property
    def replaces(self) -> list[Effect]:
        return [effect for effect in self.effects if effect.target is not None]

    @property
    def needs_consent(self) -> bool:
        return any(effect.terms for effect in self.effects)


def copied_settings(provider: Provider) -> list[Setting]:
    """Those that are copied: neither what all stores share already, nor what belongs to one store, as an account does."""
    return [setting for setting in provider.settings if setting.scope is Scope.STORE and not setting.generated]


def plan(*, source: Integration, provider: Provider, stores: Collection[Store]) -> Plan:
    """Reads only, in a constant number of queries."""
    licensed = licensed_stores(store.pk for store in stores)
    having = stores_having(provider, stores)
    accepted = accepted_terms([target.pk for target in having.values()])
    effects = tuple(
        _effect(source, provider, store, having.get(store.pk), accepted) for store in stores if store.pk in licensed
    )
    seen = [f"{effect.store.pk}:{effect.target and (effect.target.pk, effect.target.version)}" for effect in effects]
    return Plan(
        effects=effects,
        unlicensed=tuple(store for store in stores if store.pk not in licensed),
        fingerprint=sha256("\n".join([f"{source.version}", *sorted(seen)]).encode()).hexdigest(),
    )


def _effect(
    source: Integration,
    provider: Provider,
    store: Store,
    target: Integration | None,
    accepted: Mapping[uuid.UUID, str],
) -> Effect:
    changed = tuple(
        setting
        for setting in copied_settings(provider)
        if target is not None
        and not setting.secret
        and source.setting_values.get(setting.name) != target.setting_values.get(setting.name)
    )
    terms = target is None or are_new(provider, accepted.get(target.pk))
    return Effect(store, target, changed, terms)


@transaction.atomic
def copy_settings(
    *, source: Integration, provider: Provider, stores: Collection[Store], by: User, address: str | None
) -> Plan:
    """Copy the settings and secrets of `source` to the stores that have the hub; `by` accepts the terms where that is still to be done.

    Each secret is sealed anew for the integration it goes to. What was done is returned, as it was planned at that moment. Raises NotOffered.
    """
    if shared_settings(provider):
        lock_brand(source.store.organization, provider)
    done = plan(source=source, provider=provider, stores=stores)
    missing = [effect.store for effect in done.adds]
    if missing:
        add_to_stores(stores=missing, provider=provider, by=by, address=address)
    ids = [target.pk for target in stores_having(provider, [effect.store for effect in done.effects]).values()]
    targets = list(
        Integration.objects.select_for_update(of=("self",))
        .filter(pk__in=ids)
        .select_related("store__organization")
        .order_by("pk")
    )
    accepting = {effect.target.pk for effect in done.replaces if effect.terms and effect.target}
    Consent.objects.bulk_create(
        [
            consent_to(integration=target, provider=provider, by=by, address=address)
            for target in targets
            if target.pk in accepting
        ],
        batch_size=_AT_ONCE,
    )
    changes = {
        "from": source.public_id,
        "settings": _copy_values(source, provider, targets),
        "secrets": _copy_secrets(source, provider, targets, by),
    }
    record_each(
        action="integration.settings_copied",
        by=by,
        target_type=Integration._meta.label_lower,
        rows=[(target.pk, str(target), target.store) for target in targets],
        changes=changes,
    )
    record(action="integration.copied", by=by, store=source.store, target=source, changes={"stores": len(targets)})
    for target in targets:
        target.refresh_from_db(fields=["setting_values", "settings_saved_at", "version"])
        subscribers.integration_changed(target, by)
    return done


def _copy_values(source: Integration, provider: Provider, targets: Collection[Integration]) -> list[str]:
    """Returns the names of those copied."""
    names = {setting.name for setting in copied_settings(provider)}
    values = {name: value for name, value in source.setting_values.items() if name in names}
    Integration.objects.filter(pk__in=[target.pk for target in targets]).update(
        setting_values=values, settings_saved_at=timezone.now(), version=F("version") + 1
    )
    return sorted(values)


def _copy_secrets(source: Integration, provider: Provider, targets: Collection[Integration], by: User) -> list[str]:
    """A secret that the source does not have is taken away: afterwards all have the same. Returns the names of those copied."""
    names = [setting.name for setting in copied_settings(provider) if setting.secret]
    clear = {
        secret.name: open_secret(secret, source)
        for secret in IntegrationSecret.objects.filter(integration=source, name__in=names).order_by("name")
    }
    IntegrationSecret.objects.filter(integration__in=targets, name__in=names).delete()
    IntegrationSecret.objects.bulk_create(
        [
            IntegrationSecret(
                integration=target, name=name, ciphertext=seal(target, name, value), hint=hint(value), set_by=by
            )
            for target in targets
            for name, value in clear.items()
        ],
        batch_size=_AT_ONCE,
    )
    return list(clear)
