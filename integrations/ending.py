"""What the end of a store takes from its integrations and keys: every secret, and all that lets anybody in."""

import logging

from django.db import transaction

from backoffice.tenancy.models import Store
from integrations import api_keys
from integrations.accounts import account_setting
from integrations.actions import deactivate
from integrations.catalog import all_providers
from integrations.models import ApiKey, Integration, IntegrationSecret, OAuthGrant, PendingAuthorization
from integrations.oauth.disconnect import disconnect

logger = logging.getLogger(__name__)


def end_store(store: Store) -> dict[str, int]:
    """Stands in the transaction that ends the store; returns how much was destroyed, for the history.

    Keys are revoked, and the copies that could be shown again are gone. Integrations are deactivated, services are asked to end the access
    that their accounts gave, and credentials, inbound addresses and addresses for notifications are gone. Other settings stay as what was.
    """
    integrations = list(Integration.objects.filter(store=store).select_related("store__organization").order_by("pk"))
    for integration in integrations:
        deactivate(integration=integration, by=None)
        _give_up_account(integration)
    ours = Integration.objects.filter(store=store)
    secrets, _rows = IntegrationSecret.objects.filter(integration__in=ours).delete()
    OAuthGrant.objects.filter(integration__in=ours).delete()
    PendingAuthorization.objects.filter(integration__in=ours).delete()
    ours.update(inbound_token=None, notification_email="")
    usable = list(ApiKey.objects.filter(store=store, revoked_at__isnull=True).select_related("store", "organization"))
    for key in usable:
        api_keys.revoke(key=key, by=None)
    ApiKey.objects.filter(store=store).update(ciphertext=b"")
    return {"keys_revoked": len(usable), "integration_secrets_destroyed": secrets}


def _give_up_account(integration: Integration) -> None:
    """Where that cannot be done, such as with a secret that cannot be read any more, the tokens are destroyed all the same."""
    provider = all_providers().get(integration.provider_slug)
    if provider is None or account_setting(provider) is None:
        return
    try:
        with transaction.atomic():
            disconnect(integration=integration, provider=provider, by=None)
    except Exception:
        logger.exception("The account of %s could not be given up at its service.", integration.public_id)
