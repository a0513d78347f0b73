"""Copying an integration's settings to other stores: done as it was shown, in a constant number of statements, under locks."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import F, Func, JSONField, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record, record_each
from backoffice.tenancy.models import Store
from integrations import subscribers
from integrations.accounts import chosen_from_account
from integrations.brand import lock_brand, shared_settings
from integrations.bulk_add import add_to_stores
from integrations.consents import consent_to
from integrations.contract import Provider
from integrations.copy_plan import Effect, Plan, account_of_integration, copied_settings, plan
from integrations.hints import hint
from integrations.models import Consent, Integration, IntegrationSecret, OAuthGrant
from integrations.values import open_secret, seal

_AT_ONCE = 1000


class ChangedMeanwhile(Exception):
    """The source or a target is no longer as it was when the plan was shown. Nothing was copied."""


@transaction.atomic
def copy_settings(
    *, source: Integration, provider: Provider, stores: Collection[Store], seen: str, by: User, address: str | None
) -> Plan:
    """Copy the settings and secrets of `source` to the stores that have the hub; `by` accepts the terms where that is still to be done.

    `seen` is the fingerprint of the plan that was agreed to. Source and targets are locked before it is compared, so that what is done is
    what was shown. Each secret is sealed anew for the integration it goes to. Raises ChangedMeanwhile and NotOffered.
    """
    if shared_settings(provider):
        lock_brand(source.store.organization, provider)
    source = _locked(source, provider, stores)
    done = plan(source=source, provider=provider, stores=stores)
    if done.fingerprint != seen or source.deactivated_at is not None:
        raise ChangedMeanwhile
    effects = [*done.replaces, *_added(done.adds, provider, by, address)]
    targets = [effect.target for effect in effects if effect.target]
    accepting = [effect.target for effect in done.replaces if effect.terms and effect.target]
    Consent.objects.bulk_create(
        [consent_to(integration=target, provider=provider, by=by, address=address) for target in accepting],
        batch_size=_AT_ONCE,
    )
    _copy_values(source, provider, effects)
    changes = {
        "from": source.public_id,
        "settings": sorted(_copied_values(source, provider)),
        "secrets": _copy_secrets(source, provider, targets, by),
    }
    record_each(
        action="integration.settings_copied",
        by=by,
        target_type=Integration._meta.label_lower,
        rows=[(target.pk, str(target), target.store) for target in targets],
        changes=changes,
    )
    record(action="integration.copied", by=by, store=source.store, target=source, changes={"stores": len(targets)})
    _part_from_accounts([effect.target for effect in effects if effect.reconnect and effect.target], by)
    for target in targets:
        subscribers.integration_changed(target, by)
    return done


def _locked(source: Integration, provider: Provider, stores: Collection[Store]) -> Integration:
    """The source as it is now; it and whatever is in the stores stay so until the end of the transaction. By id, as others lock them."""
    here = Q(provider_slug=provider.slug, store__in=[store.pk for store in stores], deactivated_at__isnull=True)
    rows = Integration.objects.select_for_update(of=("self",)).filter(Q(pk=source.pk) | here)
    found = {row.pk: row for row in rows.select_related("store__organization").order_by("pk")}
    return found[source.pk]


def _added(adds: Collection[Effect], provider: Provider, by: User, address: str | None) -> list[Effect]:
    """Raises ChangedMeanwhile where somebody else has added it to one of the stores in between, or a license has gone."""
    if not adds:
        return []
    added = add_to_stores(stores=[effect.store for effect in adds], provider=provider, by=by, address=address).added
    if len(added) != len(adds):
        raise ChangedMeanwhile
    return [Effect(target.store, target, (), terms=False) for target in added]


def _copied_values(source: Integration, provider: Provider) -> dict[str, object]:
    names = {setting.name for setting in copied_settings(provider)}
    return {name: value for name, value in source.setting_values.items() if name in names}


def _copy_values(source: Integration, provider: Provider, effects: Collection[Effect]) -> None:
    """What a target keeps stays its own. One without an account learns from which account its choices are: another one undoes them."""
    values, now = _copied_values(source, provider), timezone.now()
    keeping: list[Integration] = []
    for effect in effects:
        if (target := effect.target) is None:
            continue
        own = {setting.name for setting in effect.kept}
        kept = {name: value for name, value in target.setting_values.items() if name in own}
        target.setting_values = {name: value for name, value in values.items() if name not in own} | kept
        target.settings_saved_at, target.version = now, target.version + 1
        if own:
            keeping.append(target)
    ids = [effect.target.pk for effect in effects if effect.target]
    Integration.objects.filter(pk__in=ids).update(
        setting_values=values, settings_saved_at=now, version=F("version") + 1
    )
    Integration.objects.bulk_update(keeping, ["setting_values"], batch_size=_AT_ONCE)
    account = dict(account_of_integration(source, provider).identity) if chosen_from_account(provider) else {}
    if account:
        without = [effect.target.pk for effect in effects if effect.target and not effect.connected]
        Integration.objects.filter(pk__in=without).update(remembered=_with(account))


def _with(account: Mapping[str, object]) -> Func:
    """What an integration remembers, and these beside it."""
    return Func(
        F("remembered"), Value(dict(account), JSONField()), arg_joiner=" || ", template="(%(expressions)s)",
        output_field=JSONField(),
    )  # fmt: skip


def _copy_secrets(source: Integration, provider: Provider, targets: Collection[Integration], by: User) -> list[str]:
    """A secret that the source does not have is taken away: afterwards all have the same. Returns the names of those copied."""
    names = [setting.name for setting in copied_settings(provider) if setting.secret]
    clear = {
        secret.name: open_secret(secret, source)
        for secret in IntegrationSecret.objects.filter(integration=source, name__in=names).order_by("name")
    }
    IntegrationSecret.objects.filter(integration__in=targets, name__in=names).delete()
    IntegrationSecret.objects.bulk_create(
        [
            IntegrationSecret(
                integration=target, name=name, ciphertext=seal(target, name, value), hint=hint(value), set_by=by
            )
            for target in targets
            for name, value in clear.items()
        ],
        batch_size=_AT_ONCE,
    )
    return list(clear)


def _part_from_accounts(targets: Collection[Integration], by: User) -> None:
    """Tokens that were given to another client are no use any more: pages say so, and nothing asks with them again."""
    now = timezone.now()
    problem = _(
        "The keys of another store were copied here, and the account was connected with others. Connect it again."
    )
    lost = OAuthGrant.objects.filter(integration__in=targets, lost_at__isnull=True)
    lost.update(lost_at=now, problem=problem)
    failing = Integration.objects.filter(pk__in=[target.pk for target in targets])
    failing.update(last_error=problem, last_error_at=now, failing_since=Coalesce(F("failing_since"), now))
    record_each(
        action="integration.connection_lost",
        by=by,
        target_type=Integration._meta.label_lower,
        rows=[(target.pk, str(target), target.store) for target in targets],
        changes={},
    )
