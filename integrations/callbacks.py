"""The address where a provider's service reaches us for one integration."""

import secrets

from django.conf import settings

from integrations.models import Integration


def callback_url(integration: Integration) -> str:
    """Made on first use: 192 random bits. It is no secret: the provider verifies each call by the service's own proof."""
    if not integration.inbound_token:
        unset = Integration.objects.filter(pk=integration.pk, inbound_token__isnull=True)
        unset.update(inbound_token=secrets.token_hex(24))
        integration.refresh_from_db(fields=["inbound_token"])
    return made_url(integration)


def made_url(integration: Integration) -> str:
    """The address, empty before its first use; for pages, which change nothing when they are opened."""
    return f"{settings.PUBLIC_URL}/api/inbound/{integration.inbound_token}/" if integration.inbound_token else ""
