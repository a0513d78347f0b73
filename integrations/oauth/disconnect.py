"""Giving up a connected account: nothing of it is held any more, and its service is asked to end the access."""

from django.db import transaction

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from integrations import subscribers
from integrations.accounts import access_name, refresh_name
from integrations.contract import Provider
from integrations.models import Integration, IntegrationSecret, OAuthGrant, PendingAuthorization
from integrations.oauth.revocations import give_up


@transaction.atomic
def disconnect(*, integration: Integration, provider: Provider, by: User | None) -> bool:
    """Whether there was an account. Settings, what was chosen from it and history stay, for whoever connects it again.

    Also of a deactivated integration. Who is at the service to connect it right now comes back in vain.
    """
    locked = Integration.objects.select_for_update(of=("self",)).select_related("store").get(pk=integration.pk)
    PendingAuthorization.objects.filter(integration=locked).delete()
    # The lock waits for a renewal that is going on, so that the newest tokens are the ones given up.
    grant = OAuthGrant.objects.select_for_update(of=("self",)).filter(integration=locked).first()
    if grant is None:
        return False
    asked = grant.lost_at is None and give_up(locked, provider)
    if grant.lost_at is not None:
        locked.last_error, locked.last_error_at, locked.failing_since = "", None, None
        locked.save(update_fields=["last_error", "last_error_at", "failing_since"])
    IntegrationSecret.objects.filter(
        integration=locked, name__in=[access_name(provider), refresh_name(provider)]
    ).delete()
    grant.delete()
    record(
        action="integration.disconnected",
        by=by,
        store=locked.store,
        target=locked,
        changes={"service_asked_to_end_access": asked},
    )
    subscribers.integration_changed(locked, by)
    return True
