"""Whose something is."""

from backoffice.tenancy.models import Store
from integrations.models import ApiKey
from webhooks.models import Endpoint


def store_of(owned: ApiKey | Endpoint) -> Store:
    """The store whose key or endpoint it is; one of an organization is none of these tests'."""
    assert owned.store
    return owned.store
