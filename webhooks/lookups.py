"""Rows named by a public id in an address: always among the store's own, or the organization's, else 404."""

from django.http import Http404

from backoffice.database.identifiers import parse_public_id
from backoffice.tenancy.models import Organization, Store
from webhooks.models import CustomerErasure, Delivery, Endpoint, SigningKey


def endpoint_or_404(store: Store, public_id: str) -> Endpoint:
    """One of the store's endpoints that is not deleted."""
    try:
        pk = parse_public_id("ep", public_id)
    except ValueError:
        raise Http404 from None
    endpoint = Endpoint.objects.listed().filter(store_id=store.pk, pk=pk).select_related("integration").first()
    if endpoint is None:
        raise Http404
    endpoint.store = store
    return endpoint


def delivery_or_404(store: Store, public_id: str) -> Delivery:
    """One of the store's deliveries, its endpoint and event with it; either may be gone."""
    try:
        pk = parse_public_id("dlv", public_id)
    except ValueError:
        raise Http404 from None
    delivery = Delivery.objects.filter(store_id=store.pk, pk=pk).prefetch_related("event", "endpoint").first()
    if delivery is None:
        raise Http404
    delivery.store = store
    return delivery


def erasure_or_404(organization: Organization, public_id: str) -> CustomerErasure:
    """One of the organization's erasures of a customer."""
    try:
        pk = parse_public_id("era", public_id)
    except ValueError:
        raise Http404 from None
    erasure = CustomerErasure.objects.filter(organization_id=organization.pk, pk=pk).select_related("store").first()
    if erasure is None:
        raise Http404
    erasure.organization = organization
    return erasure


def signing_key_or_404(store: Store, public_id: str) -> SigningKey:
    """A signing key of one of the store's endpoints that is not deleted."""
    try:
        pk = parse_public_id("whk", public_id)
    except ValueError:
        raise Http404 from None
    keys = SigningKey.objects.filter(pk=pk, endpoint__store_id=store.pk, endpoint__deleted_at__isnull=True)
    key = keys.select_related("endpoint").first()
    if key is None:
        raise Http404
    key.endpoint.store = store
    return key


def shared_endpoint_or_404(organization: Organization, public_id: str) -> Endpoint:
    """One of the organization's own endpoints that is not deleted; those of its stores are theirs."""
    try:
        pk = parse_public_id("ep", public_id)
    except ValueError:
        raise Http404 from None
    endpoint = Endpoint.objects.listed().filter(organization_id=organization.pk, pk=pk).first()
    if endpoint is None:
        raise Http404
    endpoint.organization = organization
    return endpoint


def shared_signing_key_or_404(organization: Organization, public_id: str) -> SigningKey:
    """A signing key of one of the organization's own endpoints that is not deleted."""
    try:
        pk = parse_public_id("whk", public_id)
    except ValueError:
        raise Http404 from None
    keys = SigningKey.objects.filter(
        pk=pk, endpoint__organization_id=organization.pk, endpoint__deleted_at__isnull=True
    )
    key = keys.select_related("endpoint__organization").first()
    if key is None:
        raise Http404
    return key
