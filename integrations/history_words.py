"""What an audit row about integrations, their runs and API keys says."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "api_key.changed": _("API key changed"),
    "api_key.created": _("API key created"),
    "api_key.limit_set": _("Limit of an API key set"),
    "api_key.revealed": _("API key shown"),
    "api_key.revoked": _("API key revoked"),
    "api_key.rolled": _("API key rolled"),
    "brand_settings.saved": _("Settings for all stores saved"),
    "checklist.dismissed": _("Setup checklist dismissed"),
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
