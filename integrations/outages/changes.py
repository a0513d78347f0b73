"""Choosing who hears of an integration's outages."""

from django.db import transaction

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from integrations.models import Integration


@transaction.atomic
def set_notification_email(*, integration: Integration, email: str, by: User | None) -> None:
    """An empty address: nobody. An outage that was told of ends with a mail to who heard of its beginning."""
    locked = Integration.objects.select_for_update(of=("self",)).select_related("store").get(pk=integration.pk)
    before, locked.notification_email = locked.notification_email, email
    locked.save(update_fields=["notification_email"])
    changes = {"notification_email": [before, email]}
    record(action="integration.notification_set", by=by, store=locked.store, target=locked, changes=changes)
