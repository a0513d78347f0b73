"""What an audit row about integrations, their runs and API keys says, and how it names them."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.models import AuditEntry
from integrations.catalog import all_providers

NAMES = {
    "api_key.changed": _("API key changed"),
    "api_key.created": _("API key created"),
    "api_key.limit_set": _("Limit of an API key set"),
    "api_key.revealed": _("API key shown"),
    "api_key.revoked": _("API key revoked"),
    "api_key.rolled": _("API key rolled"),
    "brand_settings.saved": _("Settings for all stores saved"),
    "checklist.dismissed": _("Setup checklist dismissed"),
    "integration.access_kept": _("Access to the account kept, since it was connected again"),
    "integration.access_not_revoked": _("Service did not end the access to the account"),
    "integration.access_revoked": _("Service ended the access to the account"),
    "integration.activated": _("Integration activated"),
    "integration.added": _("Integration added"),
    "integration.choices_loaded": _("Choices loaded from the service"),
    "integration.connected": _("Account connected"),
    "integration.connection_lost": _("Connection to the account lost"),
    "integration.copied": _("Settings copied to other stores"),
    "integration.deactivated": _("Integration deactivated"),
    "integration.disconnected": _("Account disconnected"),
    "integration.notification_set": _("Notification address set"),
    "integration.reconnected": _("Account connected anew"),
    "integration.settings_copied": _("Settings copied from another store"),
    "integration.settings_saved": _("Settings saved"),
    "integration.terms_accepted": _("Terms accepted"),
    "integration.tested": _("Connection tested"),
    "provider.listing_changed": _("Catalog entry changed"),
    "run.cancelled": _("Run cancelled"),
    "run.started": _("Run started"),
    "schedule.set": _("Schedule set"),
}


def _integration(entry: AuditEntry) -> str:
    """Rows keep a provider's slug, which lasts; people know its name."""
    return _provider(entry.target_label.partition(" (")[0])


def _brand_settings(entry: AuditEntry) -> str:
    return _provider(entry.target_label.partition(" of ")[0])


def _run(entry: AuditEntry) -> str:
    """Rows from before runs told of their provider name the action alone."""
    name = entry.target_label.partition(" of ")[0]
    provider = all_providers().get(str(entry.changes.get("provider", "")))
    label = next((str(action.label) for action in provider.actions if action.name == name), "") if provider else ""
    said = label or name.replace("_", " ").capitalize()
    return f"{provider.name}: {said}" if provider else said


def _nothing(_entry: AuditEntry) -> str:
    """What it was done to is the store."""
    return ""


def _provider(slug: str) -> str:
    provider = all_providers().get(slug)
    return str(provider.name) if provider else slug


WHICH: Mapping[str, Callable[[AuditEntry], str]] = {
    "integrations.brandsettings": _brand_settings,
    "integrations.checklistdismissal": _nothing,
    "integrations.integration": _integration,
    "integrations.run": _run,
}
