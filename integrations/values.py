"""The settings of integrations with their secrets in the clear, for as long as a call is made."""

import uuid
from collections.abc import Sequence

from backoffice.security.encryption import decrypt, encrypt
from integrations.catalog import all_providers
from integrations.models import Integration, IntegrationSecret

_SHORTEST_WITH_HINT = 12


def _context(integration: Integration, name: str) -> tuple[str, ...]:
    return ("integrations_integrationsecret", name, str(integration.store_id), str(integration.pk))


def seal(integration: Integration, name: str, value: str) -> bytes:
    """The secret's ciphertext, readable as this setting of this integration alone."""
    return encrypt(value.encode(), context=_context(integration, name))


def hint(value: str) -> str:
    """The last four characters, by which a person tells secrets apart; nothing of a short one."""
    return value[-4:] if len(value) >= _SHORTEST_WITH_HINT else ""


def values_of(integrations: Sequence[Integration]) -> dict[uuid.UUID, dict[str, object]]:
    """Settings, defaults and decrypted secrets by integration id, in one query.

    Raises DecryptionError where a secret cannot be read. Neither log nor store what this returns.
    """
    by_id = {integration.pk: integration for integration in integrations}
    values = {
        integration.pk: {**defaults(integration), **integration.remembered, **integration.setting_values}
        for integration in integrations
    }
    for secret in IntegrationSecret.objects.filter(integration__in=by_id):
        integration = by_id[secret.integration_id]
        clear = decrypt(bytes(secret.ciphertext), context=_context(integration, secret.name))
        values[integration.pk][secret.name] = clear.decode()
    return values


def defaults(integration: Integration) -> dict[str, object]:
    """The provider's defaults; a provider that left the catalog has none."""
    provider = all_providers().get(integration.provider_slug)
    return (
        {setting.name: setting.default for setting in provider.settings if setting.default is not None}
        if provider
        else {}
    )
