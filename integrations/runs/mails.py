"""Mails that runs ask for: they are put into the outbox with the checkpoint that keeps what they are about."""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from backoffice.tenancy.mails.links import Foot
from backoffice.tenancy.mails.outbox import Kind, Letter, put
from backoffice.tenancy.models import Mail, Store
from integrations.models import RunMail

_AT_ONCE = 500


def keep(mails: Iterable[RunMail], store: Store) -> None:
    """Note that the run mails, and put each mail into the outbox, in the caller's transaction."""
    kept = list(mails)
    for mail in kept:
        _put(mail, store)
    RunMail.objects.bulk_create(kept)


def hand_over() -> None:
    """Put what older code noted into the outbox."""
    waiting = RunMail.objects.filter(sent_at__isnull=True).order_by("id")
    for pk in list(waiting.values_list("pk", flat=True)[:_AT_ONCE]):
        _hand_over(pk)


@transaction.atomic
def _hand_over(pk: uuid.UUID) -> None:
    locked = RunMail.objects.select_for_update(of=("self",), skip_locked=True)
    found = locked.select_related("run__integration__store__organization").filter(pk=pk, sent_at__isnull=True).first()
    if found is not None:
        _put(found, found.run.integration.store)
        found.save(update_fields=["sent_at", "text", "html"])


def _put(mail: RunMail, store: Store) -> None:
    """The outbox has its words from now on."""
    words = {"subject": mail.subject, "text": mail.text, "html": mail.html}
    put(KIND, about=str(mail.pk), organization=store.organization, store=store, addresses=[mail.to], facts=words)
    mail.sent_at, mail.text, mail.html = timezone.now(), "", ""


def _compose(mail: Mail, _foot: Foot | None) -> Letter:
    return Letter(mail.facts["subject"], mail.facts["text"], mail.facts["html"])


KIND = Kind("integrations.run_mail", _compose)
