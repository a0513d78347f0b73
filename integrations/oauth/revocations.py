"""Telling a service that an access was given up: planned with the change that gives it up, asked after it, and asked again for a day."""

import json
import logging
import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
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

logger = logging.getLogger(__name__)


def give_up(integration: Integration, provider: Provider) -> bool:
    """Have the service end what the integration holds, once the caller's transaction is stored; whether it will be asked.

    It is not where it has no address for it, where nothing is held, and where another store of the organization works with the same account:
    services may end every access of a client to an account with one of them (RFC 7009, section 2.1).
    """
    oauth = service_that_ends(integration, provider)
    if oauth is None or _is_shared(integration, oauth):
        return False
    held = _held(integration, provider)
    if held is None:
        return False
    row = Revocation(integration=integration, due_at=timezone.now())
    row.sealed = encrypt(json.dumps(_plan(oauth, *held)).encode(), context=_context(row))
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
    """Ask the service once, if it is time and nobody else does. No transaction is open while it is asked."""
    row = _claim(row_id, timezone.now())
    if row is None:
        return
    plan = json.loads(decrypt(bytes(row.sealed), context=_context(row)))
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
    _end(row, problem)


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


def _end(row: Revocation, problem: str) -> None:
    """The history says whether the service has ended the access; where it has not, a person can there."""
    integration = row.integration
    with tenant_transaction(integration.store.organization_id):
        Revocation.objects.filter(pk=row.pk).delete()
        action = "integration.access_not_revoked" if problem else "integration.access_revoked"
        changes = {"problem": problem} if problem else {}
        record(action=action, by=None, store=integration.store, target=integration, changes=changes)


def _held(integration: Integration, provider: Provider) -> tuple[str, str] | None:
    """A token and its kind: that which lasts longest, since its end is the end of the others (RFC 7009, section 2.1)."""
    kinds = {refresh_name(provider): "refresh_token", access_name(provider): "access_token"}
    found = {row.name: row for row in IntegrationSecret.objects.filter(integration=integration, name__in=kinds)}
    return next(((open_secret(found[name], integration), kind) for name, kind in kinds.items() if name in found), None)


def _is_shared(integration: Integration, oauth: OAuth) -> bool:
    """Whether another of the organization's stores is connected to this account, as far as the service tells accounts apart."""
    known = {name: integration.remembered[name] for name in oauth.keep if name in integration.remembered}
    others = Integration.objects.filter(
        store__organization=integration.store.organization_id,
        provider_slug=integration.provider_slug,
        grant__lost_at__isnull=True,
        grant__isnull=False,
        remembered__contains=known,
    )
    return bool(known) and others.exclude(pk=integration.pk).exists()


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
