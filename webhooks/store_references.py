"""How an order names its store."""

from backoffice.tenancy.models import Store
from webhooks.canonical.order import StoreReference


def store_reference(store: Store) -> StoreReference:
    """The store as every delivered order names it. Made once for many orders, which share it."""
    return StoreReference.model_construct(id=store.public_id, code=store.code, timezone=store.timezone)
