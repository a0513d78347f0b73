"""Telling a service that an access was given up: planned with the change that gives it up, asked after it, and asked again for a day."""

import json
import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from backoffice import broker
from backoffice.security.encrypted_columns import EncryptedColumn
from backoffice.security.encryption import decrypt, encrypt
from backoffice.tenancy.audit import record
from backoffice.tenancy.transactions import tenant_transaction
from integrations.accounts import access_name, refresh_name
from integrations.contract import NeedsAttention, OAuth, Provider, TryLater
from integrations.models import Integration, IntegrationSecret, Revocation
from integrations.oauth import tokens
from integrations.provider_http import ProviderHttp
from integrations.values import open_secret, values_of

TASK: Final = "integrations.revoke_access"
#: After each try so long until the next; the last one is the end of it. Also how long a worker that died is waited for.
WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
TRIES: Final = len(WAITS) + 1
_AT_ONCE: Final = 50
#: Of the advisory locks of this module: "acct".
_SPACE: Final = 0x61636374

logger = logging.getLogger(__name__)


def give_up(integration: Integration, provider: Provider) -> bool:
    """Have the service end what the integration holds, once the caller's transaction is stored; whether it will be asked.

    It is not where it has no address for it, where nothing is held, and where another store of the organization works with the same account:
    services may end every access of a client to an account with one of them (RFC 7009, section 2.1). Stores that give up one account
    at the same time do so one after the other, so that the last of them has it ended.
    """
    oauth = service_that_ends(integration, provider)
    held = _held(integration, provider) if oauth is not None else None
    if oauth is None or held is None:
        return False
    account = {name: integration.remembered[name] for name in oauth.keep if name in integration.remembered}
    if account:
        _wait_for_others(integration)
        if _working_with(account, integration).exclude(pk=integration.pk).exists():
            return False
    row = Revocation(integration=integration, due_at=timezone.now())
    plan = {**_plan(oauth, *held), "account": account}
    row.sealed = encrypt(json.dumps(plan).encode(), context=_context(row))
    row.save(force_insert=True)
    transaction.on_commit(partial(broker.send, TASK, str(row.pk)))
    return True


def service_that_ends(integration: Integration, provider: Provider) -> OAuth | None:
    """Where the integration's account is connected, if an access can be ended by asking there."""
    oauth = provider.oauth(values_of([integration])[integration.pk])
    return oauth if oauth is not None and oauth.revoke_url else None


def ask_due(now: datetime) -> None:
    """Those whose time has come: what the broker lost, and what is tried again."""
    for row_id in Revocation.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:_AT_ONCE]:
        try:
            ask(row_id)
        except Exception:
            logger.exception("The revocation %s could not be tried.", row_id)


def ask(row_id: uuid.UUID) -> None:
    """Ask the service once, if it is time and nobody else does. No transaction is open while it is asked.

    It is not asked any more where somebody has connected the account again since: that would end the new access, too.
    """
    row = _claim(row_id, timezone.now())
    if row is None:
        return
    plan = json.loads(decrypt(bytes(row.sealed), context=_context(row)))
    if _is_connected_again(row.integration, plan.pop("account", {})):
        _end(row, "integration.access_kept")
        return
    token, hint = plan.pop("token"), plan.pop("hint")
    problem = ""
    try:
        tokens.revoke(OAuth(authorize_url="", token_url="", **plan), ProviderHttp(patience=0), token=token, hint=hint)
    except TryLater as later:
        if row.tries < TRIES:
            asked_for = timezone.now() + min(timedelta(seconds=later.after_seconds), WAITS[-1])
            Revocation.objects.filter(pk=row.pk, due_at__lt=asked_for).update(due_at=asked_for)
            return
        problem = str(later.message)
    except NeedsAttention as refused:
        problem = str(refused.message)
    if problem:
        _end(row, "integration.access_not_revoked", {"problem": problem})
    else:
        _end(row, "integration.access_revoked")


def _claim(row_id: uuid.UUID, now: datetime) -> Revocation | None:
    """The row, put off to its next try: it is that of a worker that dies, too."""
    with transaction.atomic():
        rows = Revocation.objects.select_for_update(skip_locked=True, of=("self",))
        row = rows.select_related("integration__store__organization").filter(pk=row_id, due_at__lte=now).first()
        if row is None:
            return None
        row.due_at = now + WAITS[min(row.tries, len(WAITS) - 1)]
        row.tries += 1
        row.save(update_fields=["due_at", "tries"])
        return row


def _end(row: Revocation, action: str, changes: dict[str, object] | None = None) -> None:
    """The history says what became of the access; where the service has not ended it, a person can there."""
    integration = row.integration
    with tenant_transaction(integration.store.organization_id):
        Revocation.objects.filter(pk=row.pk).delete()
        record(action=action, by=None, store=integration.store, target=integration, changes=changes)


def _held(integration: Integration, provider: Provider) -> tuple[str, str] | None:
    """A token and its kind: that which lasts longest, since its end is the end of the others (RFC 7009, section 2.1)."""
    kinds = {refresh_name(provider): "refresh_token", access_name(provider): "access_token"}
    found = {row.name: row for row in IntegrationSecret.objects.filter(integration=integration, name__in=kinds)}
    return next(((open_secret(found[name], integration), kind) for name, kind in kinds.items() if name in found), None)


def _wait_for_others(integration: Integration) -> None:
    """Until this transaction ends, no other of the organization gives up an account.

    One lock for all of its accounts: a store that ends gives up several, and two that end must not wait for each other.
    """
    with connection.cursor() as cursor:
        key = str(integration.store.organization_id)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_SPACE, key])


def _working_with(account: Mapping[str, object], integration: Integration) -> QuerySet[Integration]:
    """The organization's integrations that are connected to the account, as far as the service tells accounts apart."""
    return Integration.objects.filter(
        store__organization=integration.store.organization_id,
        provider_slug=integration.provider_slug,
        grant__lost_at__isnull=True,
        grant__isnull=False,
        remembered__contains=account,
    )


def _is_connected_again(integration: Integration, account: Mapping[str, object]) -> bool:
    """Of an account that the service did not name, its own integration alone can tell."""
    with tenant_transaction(integration.store.organization_id):
        found = _working_with(account, integration)
        return (found if account else found.filter(pk=integration.pk)).exists()


def _plan(oauth: OAuth, token: str, hint: str) -> dict[str, object]:
    return {
        "revoke_url": oauth.revoke_url,
        "revoke_as_json": oauth.revoke_as_json,
        "client_id": oauth.client_id,
        "client_secret": oauth.client_secret,
        "basic_authentication": oauth.basic_authentication,
        "token": token,
        "hint": hint,
    }


def _context(row: Revocation) -> tuple[str, ...]:
    integration = row.integration
    return ("integrations_revocation", "sealed", str(integration.store_id), str(integration.pk), str(row.pk))


COLUMN = EncryptedColumn(Revocation, "sealed", _context, ("integration",))
