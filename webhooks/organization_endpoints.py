"""Endpoints that several stores share: which of an organization's stores, changed as a whole."""

from collections.abc import Sequence

from django.db import transaction

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Store
from webhooks.endpoint_changes import choose, locked, owner_of, save, stores_shown
from webhooks.models import Endpoint


@transaction.atomic
def change_stores(*, endpoint: Endpoint, stores: Sequence[Store] | None, by: User | None) -> None:
    """Have an organization's endpoint get the events of `stores`, or of every one; what waits for it is still sent."""
    found = locked(endpoint)
    before = stores_shown(found)
    found.every_store = stores is None
    save(found)
    after = choose(found, stores)
    if before != after:
        changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        record(action="endpoint.stores_changed", by=by, **owner_of(found), target=found, changes=changes)
