"""What an address names, within the store that the address names; anything else is 404."""

import uuid

from django.db.models import QuerySet
from django.http import Http404

from backoffice.database.identifiers import parse_public_id
from backoffice.tenancy.access import OrganizationRequest, StoreRequest
from integrations.catalog import all_providers
from integrations.contract import Provider
from integrations.models import ApiKey, Integration, Run
from integrations.tiles import Tile, tile_of


def provider_or_404(slug: str) -> Provider:
    found = all_providers().get(slug)
    if found is None:
        raise Http404
    return found


def tile_or_404(request: StoreRequest, slug: str) -> Tile:
    """The provider as the store's catalog shows it."""
    found = tile_of(request.store, slug)
    if found is None:
        raise Http404
    return found


def integration_or_404(request: StoreRequest, public_id: str, *, active: bool = False) -> Integration:
    """With `active`, a deactivated one is as good as none."""
    integrations = request.store.integrations.active() if active else request.store.integrations.all()
    found = integrations.filter(pk=_id("int", public_id)).first()
    if found is None:
        raise Http404
    found.store = request.store
    return found


def run_or_404(request: StoreRequest, public_id: str) -> Run:
    runs = Run.objects.filter(integration__store=request.store, pk=_id("run", public_id))
    found = runs.select_related("integration", "started_by").first()
    if found is None:
        raise Http404
    found.integration.store = request.store
    return found


def key_or_404(request: StoreRequest, public_id: str) -> ApiKey:
    """One of the store's own keys, whatever became of it."""
    return _key(ApiKey.objects.filter(store=request.store), public_id)


def usable_key_or_404(request: StoreRequest, public_id: str) -> ApiKey:
    """A key that works; one that was revoked or has expired is past being shown or rolled."""
    return _key(ApiKey.objects.usable().filter(store=request.store), public_id)


def organization_key_or_404(request: OrganizationRequest, public_id: str) -> ApiKey:
    """One of the organization's keys or of its stores', whatever became of it."""
    return _key(ApiKey.objects.filter(organization=request.organization), public_id)


def usable_organization_key_or_404(request: OrganizationRequest, public_id: str) -> ApiKey:
    return _key(ApiKey.objects.usable().filter(organization=request.organization), public_id)


def _key(keys: QuerySet[ApiKey], public_id: str) -> ApiKey:
    found = keys.select_related("store", "organization", "created_by").filter(pk=_id("key", public_id)).first()
    if found is None:
        raise Http404
    return found


def _id(prefix: str, public_id: str) -> uuid.UUID:
    try:
        return parse_public_id(prefix, public_id)
    except ValueError:
        raise Http404 from None
