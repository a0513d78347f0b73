"""Mail of which a repetition can be told: what is sent again after a kill carries the same Message-ID."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives


def message(
    identity: str, *, to: str, subject: str, text: str, html: str = "", headers: Mapping[str, str] | None = None
) -> EmailMultiAlternatives:
    """The mail, ready to send. `identity` names it among all mails of the product; the subject is put on one line."""
    host = settings.PUBLIC_URL.partition("://")[2].partition(":")[0]
    made = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        to=[to],
        headers={"Message-ID": f"<{identity}@{host}>", "Auto-Submitted": "auto-generated", **(headers or {})},
    )
    if html:
        made.attach_alternative(html, "text/html")
    return made
