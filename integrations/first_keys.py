"""The first key of each store, made when its hub is first licensed."""

from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record_each
from backoffice.tenancy.models import Store
from integrations.api_keys import new_secret
from integrations.models import ApiKey
from integrations.models.api_key import every_scope

_HAVING_KEYS = "SELECT DISTINCT store_id FROM integrations_apikey WHERE store_id = ANY(%(stores)s::uuid[])"
_INSERT_KEYS = """
    INSERT INTO integrations_apikey (
        id, organization_id, store_id, lookup_hash, ciphertext, masked, name, test, scopes, addresses, created_at, created_by_id
    )
    SELECT each.*, %(name)s, FALSE, %(scopes)s, '{}', statement_timestamp(), %(by)s
    FROM unnest(
        %(ids)s::uuid[], %(organizations)s::uuid[], %(stores)s::uuid[], %(hashes)s::bytea[], %(ciphertexts)s::bytea[],
        %(masked)s::text[]
    ) AS each
"""


def create_first_keys(stores: Sequence[Store], by: User | None) -> None:
    """A store gets its first key when its hub is first licensed; thousands of stores get theirs in three statements."""
    with connection.cursor() as cursor:
        cursor.execute(_HAVING_KEYS, {"stores": [store.pk for store in stores]})
        having = {store for (store,) in cursor.fetchall()}
    without = [store for store in stores if store.pk not in having]
    if not without:
        return
    name = _("First key")
    made = [new_secret(store.pk) for store in without]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_KEYS,
            {
                "name": name,
                "scopes": every_scope(),
                "by": by.pk if by else None,
                "ids": [secret.pk for secret in made],
                "organizations": [store.organization_id for store in without],
                "stores": [store.pk for store in without],
                "hashes": [secret.lookup_hash for secret in made],
                "ciphertexts": [secret.ciphertext for secret in made],
                "masked": [secret.masked for secret in made],
            },
        )
    changes = {"name": name, "test": False}
    rows = [(secret.pk, f"{name} {secret.masked}", store) for secret, store in zip(made, without, strict=True)]
    record_each(action="api_key.created", by=by, target_type=ApiKey._meta.label_lower, rows=rows, changes=changes)
