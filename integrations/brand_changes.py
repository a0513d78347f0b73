"""Telling each integration of a provider that what all stores share has changed, so that its endpoint follows."""

import logging

from backoffice.tenancy.transactions import tenant_transaction
from integrations import subscribers
from integrations.models import BrandSettings, Integration

logger = logging.getLogger(__name__)


def follow_all() -> None:
    """Every change that is still to be followed. A change that comes meanwhile is followed the next time.

    One that fails is logged and followed again the next time; it keeps neither other integrations nor other changes waiting.
    """
    for brand in BrandSettings.objects.filter(to_follow=True).order_by("id").iterator():
        try:
            _follow(brand)
        except Exception:
            logger.exception("What all stores of %s share for %s was not followed.", brand.pk, brand.provider_slug)


def _follow(brand: BrandSettings) -> None:
    """One short transaction an integration: there may be thousands, and each locks its endpoint."""
    integrations = Integration.objects.active().filter(
        store__organization=brand.organization_id,
        provider_slug=brand.provider_slug,
        settings_saved_at__isnull=False,
    )
    failed = 0
    for integration in integrations.select_related("store__organization").order_by("id").iterator(chunk_size=500):
        try:
            with tenant_transaction(brand.organization_id):
                subscribers.integration_changed(integration, None)
        except Exception:
            failed += 1
            logger.exception("%s did not follow what all stores share.", integration.public_id)
    if not failed:
        BrandSettings.objects.filter(pk=brand.pk, saved_at=brand.saved_at).update(to_follow=False)
