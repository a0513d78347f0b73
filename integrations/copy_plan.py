"""What copying an integration's settings would do to each chosen store: read in a constant number of queries, without opening a secret."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from backoffice.tenancy.models import Store
from integrations.accounts import NONE, Account, account_of, account_setting, chosen_from_account
from integrations.brand import brand_of
from integrations.bulk_add import stores_having
from integrations.consents import accepted_terms, are_new
from integrations.contract import Provider, Scope, Setting
from integrations.models import Integration, OAuthGrant
from integrations.values import defaults
from licensing.entitlements import licensed_stores


@dataclass(frozen=True, slots=True)
class Effect:
    """What copying does to one store: it gets the integration, or its own is changed. `terms` have to be accepted for it.

    One that is `connected` keeps its account, and of its settings those in `kept`, which were chosen from that account. It has to
    `reconnect` where the account was connected with other keys than those that are copied.
    """

    store: Store
    target: Integration | None
    changed: tuple[Setting, ...]
    terms: bool
    connected: bool = False
    kept: tuple[Setting, ...] = ()
    reconnect: bool = False


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
    accounts = _Accounts(source, provider, list(having.values()))
    effects = tuple(
        accounts.told(_effect(source, provider, store, having.get(store.pk), accepted))
        for store in stores
        if store.pk in licensed
    )
    seen = [str(source.version), *sorted(_in_short(effect) for effect in effects)]
    return Plan(
        effects=effects,
        unlicensed=tuple(store for store in stores if store.pk not in licensed),
        fingerprint=sha256("\n".join(seen).encode()).hexdigest(),
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


def _in_short(effect: Effect) -> str:
    target = effect.target and (effect.target.pk, effect.target.version)
    kept = [setting.name for setting in effect.kept]
    return f"{effect.store.pk}:{target}:{effect.terms}:{effect.connected}:{kept}:{effect.reconnect}"


class _Accounts:
    """The connected accounts of the targets beside that of the source; a few queries, none where the provider connects no account."""

    def __init__(self, source: Integration, provider: Provider, targets: Collection[Integration]) -> None:
        self._provider = provider
        self._connected: set[uuid.UUID] = set()
        self._shared: Mapping[str, object] = {}
        self._copied: Mapping[str, object] = {}
        self._of_source = NONE
        if account_setting(provider) is None:
            return
        grants = OAuthGrant.objects.filter(integration__in=[target.pk for target in targets])
        self._connected = set(grants.values_list("integration_id", flat=True))
        self._shared = shared_values(source, provider)
        names = {setting.name for setting in copied_settings(provider)}
        self._copied = {name: value for name, value in source.setting_values.items() if name in names}
        self._of_source = account_of_integration(source, provider, self._shared)

    def told(self, effect: Effect) -> Effect:
        """The effect with what becomes of the target's account."""
        target = effect.target
        if target is None or target.pk not in self._connected:
            return effect
        now = account_of_integration(target, self._provider, self._shared)
        then = account_of_integration(target, self._provider, {**self._shared, **self._copied})
        kept = () if now.is_that_of(self._of_source) else tuple(chosen_from_account(self._provider))
        return replace(
            effect,
            changed=tuple(setting for setting in effect.changed if setting not in kept),
            connected=True,
            kept=kept,
            reconnect=now.client != then.client,
        )


def shared_values(source: Integration, provider: Provider) -> Mapping[str, object]:
    """What all stores share, without secrets."""
    brand = brand_of(source.store.organization_id, provider)
    return brand.setting_values if brand else {}


def account_of_integration(
    integration: Integration, provider: Provider, over: Mapping[str, object] | None = None
) -> Account:
    """Its account, with these values over its own; of secrets only that there are some."""
    secrets = {setting.name: "-" for setting in provider.settings if setting.secret}
    values = {**secrets, **defaults(integration), **integration.remembered, **integration.setting_values}
    return account_of(provider, {**values, **(shared_values(integration, provider) if over is None else over)})
