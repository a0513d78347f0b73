"""Writing the audit row that every change leaves."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry, Organization, Store
from backoffice.web.request_id import current_request_id


def record(
    *,
    action: str,
    by: User | None,
    target: models.Model,
    organization: Organization | None = None,
    store: Store | None = None,
    changes: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add one audit row in the caller's transaction.

    `action` is the thing and a past participle (`endpoint.created`); `by` is None where the system acts. `changes` maps a field to
    `[before, after]` or to its new value, and never holds a secret: say `"replaced"` where one changed.
    """
    return AuditEntry.objects.create(
        action=action,
        actor=by,
        organization_id=store.organization_id if store else (organization.pk if organization else None),
        store=store,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=str(target)[:200],
        changes=changes or {},
        request_id=current_request_id(),
    )


def record_each(*, action: str, by: User | None, rows: Iterable[tuple[models.Model, Store, Mapping[str, Any]]]) -> None:
    """Add one audit row for each (target, store, changes) in one statement: for one change to thousands of stores."""
    request_id = current_request_id()
    AuditEntry.objects.bulk_create(
        AuditEntry(
            action=action,
            actor=by,
            organization_id=store.organization_id,
            store=store,
            target_type=target._meta.label_lower,
            target_id=str(target.pk),
            target_label=str(target)[:200],
            changes=dict(changes),
            request_id=request_id,
        )
        for target, store, changes in rows
    )
