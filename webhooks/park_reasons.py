"""Why a delivery waits without being tried, as a code and in words."""

from django.utils.translation import gettext as _

PAUSED, DISABLED, DEACTIVATED, NOT_AVAILABLE, NOT_ENTERPRISE, UNLICENSED, DELETED = (
    "endpoint_paused",
    "endpoint_disabled",
    "integration_deactivated",
    "provider_not_available",
    "not_enterprise",
    "unlicensed",
    "endpoint_deleted",
)


def reason_in_words(reason: str) -> str:
    """What a parked or cancelled delivery says of itself."""
    return {
        PAUSED: _("The endpoint is paused. Resume it and this is sent."),
        DISABLED: _("The endpoint is disabled. Correct it, resume it, and this is sent."),
        DEACTIVATED: _("The integration is deactivated. Activate it and this is sent."),
        NOT_AVAILABLE: _("The integration's provider is not available now. When it is again, this is sent."),
        NOT_ENTERPRISE: _(
            "Endpoints for several stores belong to the Enterprise level, which the organization does not have now. "
            "Back on it, this is sent."
        ),
        UNLICENSED: _("The store has no license for the Integration Hub. With a license this is sent."),
        DELETED: _("The endpoint was deleted."),
    }[reason]
