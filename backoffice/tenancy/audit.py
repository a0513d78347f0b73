"""Writing the audit row that every change leaves, and reading any number of them."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

from backoffice.accounts.impersonation import impersonator
from backoffice.accounts.models import User
from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import AuditEntry, Organization, Store
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web.request_id import current_request_id

_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeyActor:
    """An API key that acts, as the history names it: by its name and its masked text."""

    name: str


#: Who may act: a person, an API key, or, where it is None, the system.
Actor = User | KeyActor | None


def person(by: Actor) -> User | None:
    """The person who acts, for a row that names one."""
    return by if isinstance(by, User) else None


def record(
    *,
    action: str,
    by: Actor,
    target: models.Model,
    organization: Organization | None = None,
    store: Store | None = None,
    changes: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add one audit row in the caller's transaction.

    `action` is the thing and a past participle (`endpoint.created`); `by` is None where the system acts. `changes` maps a field to
    `[before, after]` or to its new value, and never holds a secret: say `"replaced"` where one changed. Where support acts in the name of
    `by`, the row names them too.
    """
    return AuditEntry.objects.create(
        action=action,
        actor=person(by),
        impersonator_id=impersonator.get(),
        api_key=by.name[:120] if isinstance(by, KeyActor) else "",
        organization_id=store.organization_id if store else (organization.pk if organization else None),
        store=store,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=str(target)[:200],
        changes=changes or {},
        request_id=current_request_id(),
    )


_INSERT_EACH = """
    INSERT INTO tenancy_auditentry (
        id, at, organization_id, store_id, actor_id, impersonator_id, action, target_type, target_id, target_label, changes, request_id
    )
    SELECT each.id, statement_timestamp(), each.organization_id, each.store_id, %(actor)s, %(impersonator)s, %(action)s, %(target_type)s,
        each.target_id, each.target_label, %(changes)s::jsonb, %(request_id)s
    FROM unnest(%(ids)s::uuid[], %(organizations)s::uuid[], %(stores)s::uuid[], %(targets)s::text[], %(labels)s::text[])
        AS each (id, organization_id, store_id, target_id, target_label)
"""


def record_each(
    *,
    action: str,
    by: User | None,
    target_type: str,
    rows: Sequence[tuple[Any, str, Store]],
    changes: Mapping[str, Any],
) -> None:
    """Add one audit row for each target's key, its name and its store in one statement: for one change to thousands of stores."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_EACH,
            {
                "action": action,
                "actor": by.pk if by else None,
                "impersonator": impersonator.get(),
                "changes": json.dumps(dict(changes)),
                "request_id": current_request_id(),
                "target_type": target_type,
                "ids": [uuid7() for _row in rows],
                "organizations": [store.organization_id for _key, _name, store in rows],
                "stores": [store.pk for _key, _name, store in rows],
                "targets": [str(key) for key, _name, _store in rows],
                "labels": [name[:200] for _key, name, _store in rows],
            },
        )


def csv_cells(entry: AuditEntry, told: str) -> list[object]:
    """When (UTC), who, the action's code, what is `told` of it, the store's code and name, and the changes as JSON."""
    return [
        entry.at.isoformat(timespec="seconds"),
        entry.who,
        entry.action,
        told,
        entry.store.code if entry.store else "",
        entry.store.name if entry.store else "",
        json.dumps(entry.changes, sort_keys=True),
    ]


def newest_first(entries: QuerySet[AuditEntry], *, organization_id: uuid.UUID) -> Iterator[AuditEntry]:
    """Any number of an organization's entries, read page by page: whoever downloads slowly holds no transaction open meanwhile."""
    entries, last = entries.order_by("-id"), None
    while True:
        with tenant_transaction(organization_id):
            found = list((entries.filter(pk__lt=last) if last else entries)[:_ROWS_AT_ONCE])
        yield from found
        if len(found) < _ROWS_AT_ONCE:
            return
        last = found[-1].pk
