"""How an integration stands, in one word and in a sentence that says what to do."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.catalog import all_providers
from integrations.contract import Provider, Text
from integrations.models import Integration


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


@dataclass(frozen=True, slots=True)
class Row:
    """One line of Current Integrations. `advice` is empty where there is nothing to do."""

    integration: Integration
    provider: Provider | None
    name: Text
    status: Status
    advice: str


def row_of(integration: Integration, *, licensed: bool) -> Row:
    """The line of an integration whose `secrets` are prefetched."""
    provider = all_providers().get(integration.provider_slug)
    status = status_of(integration, provider, licensed=licensed)
    return Row(
        integration=integration,
        provider=provider,
        name=provider.name if provider else integration.provider_slug,
        status=status,
        advice=_advice(integration, provider, status),
    )


def status_of(integration: Integration, provider: Provider | None, *, licensed: bool) -> Status:
    """Reads `integration.secrets`: prefetch them for a list."""
    if integration.deactivated_at is not None:
        return Status.DEACTIVATED
    if provider is None or not licensed:
        return Status.SUSPENDED
    if missing_settings(integration, provider):
        return Status.NEEDS_SETUP
    failed, succeeded = integration.last_error_at, integration.last_success_at
    if failed and (succeeded is None or failed > succeeded):
        return Status.FAILING
    return Status.CONNECTED


def missing_settings(integration: Integration, provider: Provider) -> list[Text]:
    """The labels of required settings without a value; all of them before the first save, whatever their defaults."""
    secrets = {secret.name for secret in integration.secrets.all()}
    saved = integration.settings_saved_at is not None
    return [
        setting.label
        for setting in provider.settings
        if setting.required
        and not (
            setting.name in secrets
            if setting.secret
            else saved and integration.setting_values.get(setting.name) not in (None, "", [])
        )
    ]


def _advice(integration: Integration, provider: Provider | None, status: Status) -> str:
    if status is Status.NEEDS_SETUP and provider:
        missing = ", ".join(str(label) for label in missing_settings(integration, provider))
        return _("Still missing: %(settings)s.") % {"settings": missing}
    if status is Status.FAILING:
        return integration.last_error
    if status is Status.SUSPENDED:
        if provider is None:
            return _("This integration is no longer offered. Nothing is sent or fetched.")
        return _(
            "The store has no license for the Integration Hub. Everything is kept and comes back with the license."
        )
    return ""
