"""Mails that runs ask for: they leave once the checkpoint that holds them is stored."""

import uuid

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

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
    host = settings.PUBLIC_URL.partition("://")[2].partition(":")[0]
    message = EmailMultiAlternatives(
        subject=" ".join(mail.subject.split()),
        body=mail.text,
        to=[mail.to],
        headers={"Message-ID": f"<{mail.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.send()
    mail.sent_at, mail.text, mail.html = timezone.now(), "", ""
    mail.save(update_fields=["sent_at", "text", "html"])
