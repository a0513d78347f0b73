"""The settings of integrations with their secrets in the clear, for as long as a call is made."""

import uuid
from collections.abc import Sequence

from backoffice.accounts.models import User
from backoffice.security.encrypted_columns import EncryptedColumn
from backoffice.security.encryption import decrypt, encrypt
from integrations.brand import brand_values
from integrations.callbacks import made_url
from integrations.catalog import all_providers
from integrations.contract import SettingType
from integrations.hints import hint
from integrations.models import Integration, IntegrationSecret

# Names of settings hold no dot, so what the hub keeps for itself beside them cannot meet one.
_OF_THE_HUB = "."


def _context(integration: Integration, name: str) -> tuple[str, ...]:
    return ("integrations_integrationsecret", name, str(integration.store_id), str(integration.pk))


#: With the tokens of connected accounts.
COLUMN = EncryptedColumn(
    IntegrationSecret, "ciphertext", lambda secret: _context(secret.integration, secret.name), ("integration",)
)


def seal(integration: Integration, name: str, value: str) -> bytes:
    """The secret's ciphertext, readable as this setting of this integration alone."""
    return encrypt(value.encode(), context=_context(integration, name))


def keep_secret(integration: Integration, name: str, value: str, *, by: User | None) -> None:
    """Store a secret of the integration in the place of the one there was."""
    sealed = {"ciphertext": seal(integration, name, value), "hint": hint(value), "set_by": by}
    IntegrationSecret.objects.update_or_create(integration=integration, name=name, defaults=sealed)


def open_secret(secret: IntegrationSecret, integration: Integration) -> str:
    """The secret in the clear. Raises DecryptionError."""
    return decrypt(bytes(secret.ciphertext), context=_context(integration, secret.name)).decode()


def values_of(integrations: Sequence[Integration]) -> dict[uuid.UUID, dict[str, object]]:
    """Settings, defaults, what the brand shares and decrypted secrets by integration id, in a constant number of queries.

    Raises DecryptionError where a secret cannot be read. Neither log nor store what this returns.
    """
    by_id = {integration.pk: integration for integration in integrations}
    shared = brand_values(integrations)
    values = {
        integration.pk: {
            **defaults(integration),
            **_addresses(integration),
            **integration.remembered,
            **integration.setting_values,
            **shared.get(integration.pk, {}),
        }
        for integration in integrations
    }
    for secret in IntegrationSecret.objects.filter(integration__in=by_id).exclude(name__contains=_OF_THE_HUB):
        values[secret.integration_id][secret.name] = open_secret(secret, by_id[secret.integration_id])
    return values


def _addresses(integration: Integration) -> dict[str, object]:
    provider = all_providers().get(integration.provider_slug)
    address = made_url(integration)
    return (
        {setting.name: address for setting in provider.settings if setting.type is SettingType.CALLBACK_URL}
        if provider and address
        else {}
    )


def defaults(integration: Integration) -> dict[str, object]:
    """The provider's defaults; a provider that left the catalog has none."""
    provider = all_providers().get(integration.provider_slug)
    return (
        {setting.name: setting.default for setting in provider.settings if setting.default is not None}
        if provider
        else {}
    )
