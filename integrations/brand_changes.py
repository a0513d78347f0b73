"""Telling each integration of a provider that what all stores share has changed, so that its endpoint follows."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.core.cache import cache

from backoffice.database.statements import run_held
from backoffice.tenancy.transactions import tenant_transaction
from integrations import subscribers
from integrations.models import BrandSettings, Integration

#: A change that not all could follow is left alone for so long: what is in the way is mended by people.
PAUSE: Final = timedelta(hours=1)
#: Of the advisory locks of this module: "brnd".
_SPACE: Final = 0x62726E64

logger = logging.getLogger(__name__)


def follow_all(now: datetime) -> None:
    """Every change that is still to be followed. A change that comes meanwhile is followed the next time.

    One that fails is logged and followed again after a pause; it keeps neither other integrations nor other changes waiting. One that another
    worker is at is left to it: with thousands of stores it takes longer than beat waits between two passes.
    """
    for pk in BrandSettings.objects.filter(to_follow=True).order_by("id").values_list("pk", flat=True):
        with _alone(pk) as alone:
            # Read under the lock: another worker may have just followed it to the end.
            brand = BrandSettings.objects.filter(pk=pk, to_follow=True).first() if alone else None
            if brand is not None and not _rests(brand, now):
                _settle(brand, now)


@contextmanager
def _alone(pk: uuid.UUID) -> Iterator[bool]:
    """Whether nobody else follows this one until the end of the block. The lock ends with its connection, so the dead hold up nobody."""
    lock = {"key": str(pk)}
    [[alone]] = run_held(f"SELECT pg_try_advisory_lock({_SPACE}, hashtext(%(key)s::text))", lock)
    try:
        yield alone
    finally:
        if alone:
            run_held(f"SELECT pg_advisory_unlock({_SPACE}, hashtext(%(key)s::text))", lock)


def _settle(brand: BrandSettings, now: datetime) -> None:
    try:
        complete = _follow(brand)
    except Exception:
        logger.exception("What all stores of %s share for %s was not followed.", brand.pk, brand.provider_slug)
        complete = False
    if complete:
        BrandSettings.objects.filter(pk=brand.pk, saved_at=brand.saved_at).update(to_follow=False)
    else:
        cache.set(_key(brand), (now + PAUSE).isoformat(), PAUSE.total_seconds())


def _rests(brand: BrandSettings, now: datetime) -> bool:
    until = cache.get(_key(brand))
    return until is not None and now < datetime.fromisoformat(until)


def _key(brand: BrandSettings) -> str:
    """Of one change: the next one does not wait for the pause of this."""
    return f"brand_changes:{brand.pk}:{brand.saved_at.timestamp()}"


def _follow(brand: BrandSettings) -> bool:
    """Whether all did. One short transaction an integration: there may be thousands, and each locks its endpoint."""
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
    return not failed
