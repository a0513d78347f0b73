"""How an integration stands, in one word and in a sentence that says what to do."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.brand import brands_of
from integrations.catalog import all_providers
from integrations.consents import accepted_terms, are_new
from integrations.contract import Provider, Scope, Setting, SettingType, Text
from integrations.listings import slugs_switched_off
from integrations.models import BrandSettings, Integration, IntegrationSecret, OAuthGrant
from integrations.order_health import OrderHealth, orders_out
from integrations.values import defaults


class Status(StrEnum):
    NEEDS_SETUP = "needs_setup"
    CONNECTED = "connected"
    FAILING = "failing"
    SUSPENDED = "suspended"
    DEACTIVATED = "deactivated"

    @property
    def label(self) -> Text:
        return _LABELS[self]

    @property
    def badge(self) -> str:
        """The kind of the badge component."""
        return _BADGES[self]


_LABELS: dict[Status, Text] = {
    Status.NEEDS_SETUP: gettext_lazy("Needs setup"),
    Status.CONNECTED: gettext_lazy("Connected"),
    Status.FAILING: gettext_lazy("Failing"),
    Status.SUSPENDED: gettext_lazy("Suspended"),
    Status.DEACTIVATED: gettext_lazy("Deactivated"),
}
_BADGES = {
    Status.NEEDS_SETUP: "warning",
    Status.CONNECTED: "success",
    Status.FAILING: "danger",
    Status.SUSPENDED: "locked",
    Status.DEACTIVATED: "paused",
}


class Fix(StrEnum):
    """Where what is wrong is put right."""

    SETTINGS = "settings"
    ACTION = "action"
    ORDERS = "orders"


@dataclass(frozen=True, slots=True)
class Row:
    """How one integration stands: a line of Current Integrations, and the head of its own pages.

    `advice` says what is wrong and what to do, and is empty where there is nothing to do. `last_success_at` is the newest of its
    actions' and its orders' successes.
    """

    integration: Integration
    provider: Provider | None
    name: Text
    status: Status
    advice: str
    fix: Fix | None
    failing_since: datetime | None
    last_success_at: datetime | None
    #: The public id of the endpoint that sends its orders, where `fix` leads there.
    endpoint: str = ""
    #: Whether the provider's terms have changed since they were accepted.
    new_terms: bool = False

    @property
    def may_be_tested(self) -> bool:
        """Whether the saved settings can be tried by a call."""
        ready = self.status in {Status.CONNECTED, Status.FAILING}
        return ready and self.provider is not None and self.provider.tests_connection

    @property
    def holds_account(self) -> bool:
        """Whether an account is connected; reads the integration's `secrets`."""
        stored = _stored(self.integration)
        settings = self.provider.settings if self.provider else ()
        return any(setting.type is SettingType.OAUTH and setting.name in stored for setting in settings)


def rows_of(integrations: Sequence[Integration], *, licensed: bool) -> list[Row]:
    """The lines of integrations whose `secrets` are prefetched, in six more queries at most, however many they are."""
    providers = all_providers()
    taking = [
        integration.pk
        for integration in integrations
        if (provider := providers.get(integration.provider_slug)) and provider.order_events
    ]
    health = orders_out().health_of(taking) if taking else {}
    off = slugs_switched_off()
    brands = brands_of(integrations)
    lost = _lost_accounts(integrations)
    accepted = accepted_terms([integration.pk for integration in integrations])
    return [
        row_of(
            integration,
            licensed=licensed,
            switched_off=integration.provider_slug in off,
            orders=health.get(integration.pk),
            accepted=accepted.get(integration.pk),
            missing=_missing(integration, brands.get(integration.pk), _stored(integration)),
            account_lost=integration.pk in lost,
        )
        for integration in integrations
    ]


def row_of(
    integration: Integration,
    *,
    licensed: bool,
    switched_off: bool = False,
    orders: OrderHealth | None = None,
    accepted: str | None = None,
    missing: Sequence[Text] | None = None,
    account_lost: bool = False,
) -> Row:
    """The line of one, from what is known of it already; `accepted` is the hash of the terms that were.

    `missing` settings are looked up unless given.
    """
    provider = all_providers().get(integration.provider_slug)
    orders = orders or OrderHealth()
    if missing is None:
        missing = missing_settings(integration, provider) if provider else []
    status = _status(integration, provider, licensed=licensed and not switched_off, orders=orders, missing=missing)
    successes = [when for when in (integration.last_success_at, orders.last_success_at) if when]
    failures = [when for when in (integration.failing_since, orders.failing_since) if when]
    return Row(
        integration=integration,
        provider=provider,
        name=provider.name if provider else integration.provider_slug,
        status=status,
        advice=_suspension(provider, switched_off)
        if status is Status.SUSPENDED
        else _advice(integration, status, orders, missing),
        fix=_fix(integration, status, account_lost=account_lost),
        failing_since=min(failures) if status is Status.FAILING else None,
        last_success_at=max(successes, default=None),
        endpoint=orders.endpoint,
        new_terms=are_new(provider, accepted),
    )


def status_of(
    integration: Integration, provider: Provider | None, *, licensed: bool, orders: OrderHealth | None = None
) -> Status:
    """Reads `integration.secrets`: prefetch them for a list. `licensed` is false as well where the provider is switched off."""
    missing = missing_settings(integration, provider) if provider else []
    return _status(integration, provider, licensed=licensed, orders=orders, missing=missing)


def _status(
    integration: Integration,
    provider: Provider | None,
    *,
    licensed: bool,
    orders: OrderHealth | None,
    missing: Sequence[Text],
) -> Status:
    if integration.deactivated_at is not None:
        return Status.DEACTIVATED
    if provider is None or not licensed:
        return Status.SUSPENDED
    if missing:
        return Status.NEEDS_SETUP
    if integration.failing_since or (orders and orders.failing_since):
        return Status.FAILING
    return Status.CONNECTED


def missing_settings(integration: Integration, provider: Provider) -> list[Text]:
    """The labels of required settings without a value.

    Before the first save those are all of the store's own: defaults are accepted by saving. Those that have one are named where nothing else
    is missing.
    """
    return _missing_of(integration, provider, brands_of([integration]).get(integration.pk), _stored(integration))


def _stored(integration: Integration) -> set[str]:
    """The names of its secrets."""
    return {secret.name for secret in integration.secrets.all()}


def those_set_up(integrations: Sequence[Integration]) -> set[uuid.UUID]:
    """Those that miss no setting; in three queries at most, however many they are. Secrets are read by name, not made objects of."""
    brands = brands_of(integrations)
    secrets: dict[uuid.UUID, set[str]] = defaultdict(set)
    of_these = IntegrationSecret.objects.filter(integration_id__in=[one.pk for one in integrations])
    for integration_id, name in of_these.values_list("integration_id", "name"):
        secrets[integration_id].add(name)
    return {one.pk for one in integrations if not _missing(one, brands.get(one.pk), secrets[one.pk])}


def _missing(integration: Integration, brand: BrandSettings | None, secrets: Collection[str]) -> list[Text]:
    provider = all_providers().get(integration.provider_slug)
    return _missing_of(integration, provider, brand, secrets) if provider else []


def _missing_of(
    integration: Integration, provider: Provider, brand: BrandSettings | None, secrets: Collection[str]
) -> list[Text]:
    """The labels of what is not filled in; `secrets` are the names of those that are stored."""
    saved = integration.settings_saved_at is not None
    shared = brand.filled if brand else ()
    values = {
        **defaults(integration),
        **integration.setting_values,
        **(brand.setting_values if brand else {}),
    }

    def filled(setting: Setting) -> bool:
        if setting.scope is Scope.BRAND:
            return setting.name in shared
        if setting.secret or setting.type is SettingType.OAUTH:
            return setting.name in secrets
        return saved and integration.setting_values.get(setting.name) not in (None, "", [], {})

    missing = [
        setting
        for setting in provider.settings
        if setting.required
        and setting.type is not SettingType.CALLBACK_URL
        and setting.shown(values)
        and not filled(setting)
    ]
    to_fill_in = [setting for setting in missing if saved or not _is_filled_at_first(setting)]
    return [setting.label for setting in to_fill_in or missing]


def _is_filled_at_first(setting: Setting) -> bool:
    """Whether its field says something before anybody has touched it."""
    return setting.type is SettingType.SWITCH or setting.default not in (None, "", (), [])


def _lost_accounts(integrations: Sequence[Integration]) -> set[uuid.UUID]:
    """Those whose service has revoked the account; one query, none where no provider connects one."""
    providers = all_providers()
    connecting = [
        integration.pk
        for integration in integrations
        if (provider := providers.get(integration.provider_slug))
        and any(setting.type is SettingType.OAUTH for setting in provider.settings)
    ]
    if not connecting:
        return set()
    lost = OAuthGrant.objects.filter(integration__in=connecting, lost_at__isnull=False)
    return set(lost.values_list("integration_id", flat=True))


def _fix(integration: Integration, status: Status, *, account_lost: bool) -> Fix | None:
    """A lost account is connected among the settings; a failed action is explained on its tab; a failed order where deliveries are."""
    if status is Status.NEEDS_SETUP or (status is Status.FAILING and account_lost):
        return Fix.SETTINGS
    if status is Status.FAILING:
        return Fix.ACTION if integration.failing_since else Fix.ORDERS
    return None


def _advice(integration: Integration, status: Status, orders: OrderHealth, missing: Sequence[Text]) -> str:
    if status is Status.NEEDS_SETUP:
        return _("Still missing: %(settings)s.") % {"settings": ", ".join(map(str, missing))}
    if status is Status.FAILING:
        return integration.last_error if integration.failing_since else orders.problem
    if status is Status.CONNECTED and orders.paused:
        return _("Orders are paused and kept. Resume them on the Order Webhook page.")
    return ""


def _suspension(provider: Provider | None, switched_off: bool) -> str:
    if provider is None:
        return _("This integration is no longer offered. Nothing is sent or fetched.")
    if switched_off:
        return _("%(provider)s is not available now. Everything is kept, orders wait, and it goes on by itself.") % {
            "provider": provider.name
        }
    return _("The store has no license for the Integration Hub. Everything is kept and comes back with the license.")
