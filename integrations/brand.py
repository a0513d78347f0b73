"""Settings that all stores of an organization share for one provider: one value, saved once, read with each store's own."""

import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F

from backoffice.accounts.models import User
from backoffice.security.encrypted_columns import EncryptedColumn
from backoffice.security.encryption import decrypt, encrypt
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization
from integrations.catalog import all_providers
from integrations.contract import Provider, Scope, Setting
from integrations.hints import hint
from integrations.models import BrandSecret, BrandSettings, Integration

Owner = tuple[uuid.UUID, str]


def shared_settings(provider: Provider | None) -> list[Setting]:
    """The settings of the provider that are one for all stores."""
    return [setting for setting in provider.settings if setting.scope is Scope.BRAND] if provider else []


def brand_of(organization_id: uuid.UUID, provider: Provider) -> BrandSettings | None:
    """What the organization has saved for it, with who set each secret."""
    if not shared_settings(provider):
        return None
    found = BrandSettings.objects.filter(organization=organization_id, provider_slug=provider.slug)
    return found.prefetch_related("secrets__set_by").first()


def brand_values(integrations: Sequence[Integration]) -> dict[uuid.UUID, dict[str, object]]:
    """The shared values by integration id, secrets in the clear; a constant number of queries, none where nothing is shared.

    Raises DecryptionError.
    """
    owners = _owners(integrations)
    found = _brands(owners, "secrets") if owners else {}
    clear = {owner: {**brand.setting_values, **_open(brand)} for owner, brand in found.items()}
    return {integration: clear[owner] for integration, owner in owners.items() if owner in clear}


def brands_of(integrations: Sequence[Integration]) -> dict[uuid.UUID, BrandSettings]:
    """What is saved for all stores, by integration id, without secrets; two queries at most."""
    owners = _owners(integrations)
    found = _brands(owners) if owners else {}
    return {integration: found[owner] for integration, owner in owners.items() if owner in found}


def lock_brand(organization: Organization, provider: Provider) -> BrandSettings:
    """Made where there is none yet. Take it before any integration of the provider, as saving it touches all of them."""
    brand, _new = BrandSettings.objects.get_or_create(organization=organization, provider_slug=provider.slug)
    return BrandSettings.objects.select_for_update(of=("self",)).get(pk=brand.pk)


@transaction.atomic
def save_brand(
    *, brand: BrandSettings, values: Mapping[str, object], secrets: Mapping[str, str | None], by: User | None
) -> bool:
    """Store what all stores share, in a locked row; whether anything changed. Then each integration counts as edited.

    `secrets` holds those to replace, or to remove (None).
    """
    changes: dict[str, object] = {
        name: [brand.setting_values.get(name), value]
        for name, value in values.items()
        if brand.setting_values.get(name) != value
    }
    for name, value in secrets.items():
        changes[name] = _set(brand, name, value, by)
    if not changes:
        return False
    brand.setting_values = {**brand.setting_values, **values}
    kept = brand.secrets.order_by("name").values_list("name", flat=True)
    brand.filled = [name for name, value in brand.setting_values.items() if value not in (None, "", [], {})] + list(
        kept
    )
    brand.saved_by, brand.to_follow = by, True
    brand.save()
    integrations = Integration.objects.filter(
        store__organization=brand.organization_id, provider_slug=brand.provider_slug
    )
    integrations.update(version=F("version") + 1)
    record(action="brand_settings.saved", by=by, organization=brand.organization, target=brand, changes=changes)
    return True


def _set(brand: BrandSettings, name: str, value: str | None, by: User | None) -> str:
    if value is None:
        BrandSecret.objects.filter(brand=brand, name=name).delete()
        return "removed"
    sealed = {"ciphertext": encrypt(value.encode(), context=_context(brand, name)), "hint": hint(value), "set_by": by}
    BrandSecret.objects.update_or_create(brand=brand, name=name, defaults=sealed)
    return "replaced"


def _owners(integrations: Sequence[Integration]) -> dict[uuid.UUID, Owner]:
    """Organization and provider of each integration whose provider shares something."""
    providers = all_providers()
    sharing = [row.pk for row in integrations if shared_settings(providers.get(row.provider_slug))]
    if not sharing:
        return {}
    rows = Integration.objects.filter(pk__in=sharing).values_list("pk", "store__organization", "provider_slug")
    return {integration: (organization, slug) for integration, organization, slug in rows}


def _brands(owners: Mapping[uuid.UUID, Owner], *related: str) -> dict[Owner, BrandSettings]:
    found = BrandSettings.objects.filter(
        organization__in={organization for organization, _slug in owners.values()},
        provider_slug__in={slug for _organization, slug in owners.values()},
    )
    return {(brand.organization_id, brand.provider_slug): brand for brand in found.prefetch_related(*related)}


def _open(brand: BrandSettings) -> dict[str, str]:
    return {
        secret.name: decrypt(bytes(secret.ciphertext), context=_context(brand, secret.name)).decode()
        for secret in brand.secrets.all()
    }


def _context(brand: BrandSettings, name: str) -> tuple[str, ...]:
    return ("integrations_brandsecret", name, str(brand.organization_id), brand.provider_slug)


COLUMN = EncryptedColumn(BrandSecret, "ciphertext", lambda secret: _context(secret.brand, secret.name), ("brand",))
