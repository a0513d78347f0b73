"""An integration's connected account: kept when somebody comes back, renewed before it expires, marked when the service revokes it."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.transactions import tenant_transaction, within_tenant
from integrations import subscribers
from integrations.accounts import access_name, account_setting, chosen_from_account, is_another, refresh_name
from integrations.catalog import all_providers
from integrations.contract import (
    NeedsAttention,
    OAuth,
    Provider,
    ProviderProblem,
    TryLater,
    Values,
)
from integrations.models import FetchedChoices, Integration, IntegrationSecret, OAuthGrant
from integrations.oauth import tokens
from integrations.oauth.revocations import give_up
from integrations.oauth.tokens import Revoked, Tokens
from integrations.provider_http import ProviderHttp
from integrations.values import keep_secret, open_secret, values_of

#: A token that ends sooner is renewed first, so that what is begun with it can end with it.
SPARE: Final = timedelta(minutes=10)
#: So long waits who finds the account being renewed by somebody else: one call, its connection, and some more.
_WAIT_SECONDS: Final = 45
_LOCK_NOT_AVAILABLE = "55P03"
logger = logging.getLogger(__name__)


@transaction.atomic
def connect(
    *,
    integration: Integration,
    provider: Provider,
    given: Tokens,
    kept: Mapping[str, str],
    by: User,
    version: int | None = None,
) -> OAuthGrant:
    """Keep the tokens of an account that `by` has connected, and what the service told beside them.

    History stays; a failure that only a connection could mend is over. Choices that were made from another account are undone, and the
    access to that one is given up. `version` is that of the settings with which the service was asked: raises NeedsAttention where they
    were changed since.
    """
    now = timezone.now()
    locked = Integration.objects.select_for_update(of=("self",)).select_related("store").get(pk=integration.pk)
    require_version(locked, version)
    before = OAuthGrant.objects.select_for_update(of=("self",)).filter(integration=locked).first()
    if before and is_another(locked.remembered, kept):
        give_up(locked, provider)
    changes: dict[str, object] = {**kept, **_part_from_choices(locked, provider, kept)}
    locked.remembered = {**locked.remembered, **kept}
    if before and before.lost_at:
        locked.last_error, locked.last_error_at, locked.failing_since = "", None, None
    locked.save(
        update_fields=["remembered", "last_error", "last_error_at", "failing_since", "setting_values", "version"]
    )
    IntegrationSecret.objects.filter(integration=locked, name=refresh_name(provider)).delete()
    _keep(locked, provider, given, by=by)
    fields = {"connected_at": now, "connected_by": by, "refreshed_at": None, "lost_at": None, "problem": ""}
    grant, new = OAuthGrant.objects.update_or_create(
        integration=locked, defaults={**fields, "expires_at": _expiry(given, now)}
    )
    action = "integration.connected" if new else "integration.reconnected"
    record(action=action, by=by, store=locked.store, target=locked, changes=changes)
    subscribers.integration_changed(locked, by)
    return grant


def require_version(integration: Integration, version: int | None) -> None:
    """Raises NeedsAttention where the settings were saved since; None is of no version in particular."""
    if version is not None and integration.version != version:
        raise NeedsAttention(
            _("The settings were changed since you left for the service. Look at them, then connect again.")
        )


def _part_from_choices(integration: Integration, provider: Provider, kept: Mapping[str, str]) -> dict[str, object]:
    """Another company's choices are no choices here, neither those to choose from nor those that were made; returns what was undone."""
    remembered = integration.remembered
    if all(remembered.get(name) == value for name, value in kept.items()):
        return {}
    FetchedChoices.objects.filter(integration=integration).delete()
    if not is_another(remembered, kept):
        return {}
    names = [setting.name for setting in chosen_from_account(provider) if integration.setting_values.get(setting.name)]
    undone: dict[str, object] = {name: [integration.setting_values[name], None] for name in names}
    if undone:
        values = {name: value for name, value in integration.setting_values.items() if name not in undone}
        integration.setting_values, integration.version = values, integration.version + 1
    return undone


def fresh_values(integration: Integration) -> Values:
    """The settings with an access token that is good for some minutes at least: the one door for whoever makes calls.

    Call it outside of a transaction, as it may ask the service for newer tokens. Raises NeedsAttention where somebody has to connect the
    account again, and TryLater where the service cannot be asked now.
    """
    provider = all_providers().get(integration.provider_slug)
    organization = integration.store.organization_id
    if provider is not None and account_setting(provider) is not None:
        with within_tenant(organization):
            grant = OAuthGrant.objects.filter(integration=integration).first()
        if grant is not None and _due(grant, timezone.now()):
            _renew(integration, provider)
    with within_tenant(organization):
        return values_of([integration])[integration.pk]


def renew_due(now: datetime) -> None:
    """Renew ahead of time what deliveries use: they take the token that is there and wait for no service.

    Runs renew their own. One account in trouble keeps no other from being renewed.
    """
    providers = [
        provider for provider in all_providers().values() if provider.order_events and account_setting(provider)
    ]
    grants = OAuthGrant.objects.filter(
        lost_at__isnull=True,
        expires_at__lt=now + SPARE,
        integration__deactivated_at__isnull=True,
        integration__provider_slug__in=[provider.slug for provider in providers],
    )
    for grant in grants.select_related("integration__store__organization").order_by("expires_at").iterator():
        try:
            fresh_values(grant.integration)
        except ProviderProblem as problem:
            logger.warning("The account of %s was not renewed: %s", grant.integration.public_id, problem)
        except Exception:
            logger.exception("The account of %s could not be renewed.", grant.integration.public_id)


def _due(grant: OAuthGrant, now: datetime) -> bool:
    """Whether the token is about to end. Raises NeedsAttention where it was revoked."""
    if grant.lost_at is not None:
        raise NeedsAttention(grant.problem)
    return grant.expires_at is not None and grant.expires_at < now + SPARE


def _renew(integration: Integration, provider: Provider) -> None:
    """One at a time: who waited for the lock finds newer tokens and asks for none.

    The lock is held while the service answers: a refresh token that is used twice makes services revoke both. What it gave is stored in
    the transaction that held the old one, and a transaction that dies leaves the old one as it was.
    """
    try:
        with tenant_transaction(integration.store.organization_id):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{_WAIT_SECONDS * 1000:.0f}ms"])
            grant = OAuthGrant.objects.select_for_update(of=("self",)).filter(integration=integration).first()
            if grant is None:
                raise NeedsAttention(_("The account was disconnected. Connect it again."))
            now, connected_at = timezone.now(), grant.connected_at
            if not _due(grant, now):
                return
            given = _newer_tokens(integration, provider)
            if given is None:
                return
            _keep(integration, provider, given, by=None)
            grant.expires_at, grant.refreshed_at = _expiry(given, now), now
            grant.save(update_fields=["expires_at", "refreshed_at"])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        raise TryLater(_("The connection is being renewed. Try again in a moment.")) from error
    except Revoked as revoked:
        if not lose(integration=integration, connected_at=connected_at, problem=str(revoked.message)):
            raise TryLater(_("The connection is being renewed. Try again in a moment.")) from revoked
        raise
    if provider.order_events:
        # Apart from the tokens: whatever goes wrong here must not undo what the service has changed already.
        with tenant_transaction(integration.store.organization_id):
            subscribers.integration_changed(integration, None)


def _newer_tokens(integration: Integration, provider: Provider) -> Tokens | None:
    """None where the service gave no refresh token: then the token is used until it ends."""
    held = IntegrationSecret.objects.filter(integration=integration, name=refresh_name(provider)).first()
    if held is None:
        grant = OAuthGrant.objects.get(integration=integration)
        if grant.expires_at and grant.expires_at <= timezone.now():
            raise Revoked(_("The connection has expired. Connect the account again."))
        return None
    oauth = _oauth(provider, values_of([integration])[integration.pk])
    return tokens.refresh(oauth, ProviderHttp(patience=0), refresh_token=open_secret(held, integration))


def lose(*, integration: Integration, connected_at: datetime, problem: str) -> bool:
    """The service has revoked the account: pages say so, and nothing asks it again until somebody connects.

    False where somebody has connected it anew since `connected_at`: what was revoked is no longer what is held.
    """
    now = timezone.now()
    with tenant_transaction(integration.store.organization_id):
        lost = OAuthGrant.objects.filter(integration=integration, lost_at__isnull=True, connected_at=connected_at)
        if not lost.update(lost_at=now, problem=problem):
            return False
        Integration.objects.filter(pk=integration.pk).update(
            last_error=problem, last_error_at=now, failing_since=Coalesce(F("failing_since"), now)
        )
        record(action="integration.connection_lost", by=None, store=integration.store, target=integration)
    return True


def _oauth(provider: Provider, values: Values) -> OAuth:
    oauth = provider.oauth(values)
    if oauth is None:
        raise NeedsAttention(_("Something is missing to connect the account. Fill in the settings above it and save."))
    return oauth


def _keep(integration: Integration, provider: Provider, given: Tokens, *, by: User | None) -> None:
    """A service that gives no newer refresh token means the one it gave before."""
    keep_secret(integration, access_name(provider), given.access, by=by)
    if given.refresh:
        keep_secret(integration, refresh_name(provider), given.refresh, by=by)


def _expiry(given: Tokens, now: datetime) -> datetime | None:
    return now + timedelta(seconds=given.lifetime_seconds) if given.lifetime_seconds else None
