"""Mails that runs ask for: they leave once the checkpoint that holds them is stored."""

import uuid

from django.db import transaction
from django.utils import timezone

from backoffice.web.mail import message
from integrations.models import RunMail


@transaction.atomic
def send(mail_id: uuid.UUID) -> None:
    """Send it once and empty it. Its Message-ID is the same at each try, so that a mail server can tell a repetition."""
    mail = (
        RunMail.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk=mail_id, sent_at__isnull=True)
        .first()
    )
    if mail is None:
        return
    message(str(mail.pk), to=mail.to, subject=mail.subject, text=mail.text, html=mail.html).send()
    mail.sent_at, mail.text, mail.html = timezone.now(), "", ""
    mail.save(update_fields=["sent_at", "text", "html"])
