"""Telling each integration of a provider that what all stores share has changed, so that its endpoint follows."""

from backoffice.tenancy.transactions import tenant_transaction
from integrations import subscribers
from integrations.models import BrandSettings, Integration


def follow_all() -> None:
    """Every change that is still to be followed. A change that comes meanwhile is followed the next time."""
    for brand in BrandSettings.objects.filter(to_follow=True).order_by("id").iterator():
        _follow(brand)


def _follow(brand: BrandSettings) -> None:
    """One short transaction an integration: there may be thousands, and each locks its endpoint."""
    integrations = Integration.objects.active().filter(
        store__organization=brand.organization_id,
        provider_slug=brand.provider_slug,
        settings_saved_at__isnull=False,
    )
    for integration in integrations.select_related("store__organization").order_by("id").iterator(chunk_size=500):
        with tenant_transaction(brand.organization_id):
            subscribers.integration_changed(integration, None)
    BrandSettings.objects.filter(pk=brand.pk, saved_at=brand.saved_at).update(to_follow=False)
