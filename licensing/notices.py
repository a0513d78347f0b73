"""Mails to those who run an organization's plan: noted in the transaction they are about, and sent once each afterwards."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Member, Organization
from backoffice.tenancy.permissions import ROLES, Permission
from licensing.models import Notice, Order, Subscription

logger = logging.getLogger(__name__)

AT_A_TIME = 100
PAYERS = [role.code for role in ROLES.values() if Permission.PLAN_MANAGE in role.permissions]


def notify(organization: Organization, kind: Notice.Kind, *, about: str) -> None:
    """Note a mail to every Owner and Enterprise admin. The same kind about the same thing is noted once, however often it is asked."""
    users = Member.objects.filter(organization=organization, role_code__in=PAYERS).values_list("user_id", flat=True)
    Notice.objects.bulk_create(
        (Notice(organization=organization, user_id=user, kind=kind, about=about) for user in users.order_by("pk")),
        ignore_conflicts=True,
    )


def send_unsent() -> int:
    """Send what is noted and not sent; returns how many went out. Two at once share them; one that fails is tried the next time."""
    sent = 0
    for pk in Notice.objects.filter(sent_at__isnull=True).order_by("pk").values_list("pk", flat=True)[:AT_A_TIME]:
        with transaction.atomic():
            notice = (
                Notice.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("organization", "user")
                .filter(pk=pk, sent_at__isnull=True)
                .first()
            )
            if notice is None:
                continue
            try:
                _send(notice)
            except OSError as error:
                logger.warning("notice %s could not be sent: %s", pk, error)
                continue
            notice.sent_at = timezone.now()
            notice.save(update_fields=["sent_at"])
            sent += 1
    return sent


def _send(notice: Notice) -> None:
    context = {
        "notice": notice,
        "organization": notice.organization,
        "subscription": Subscription.objects.filter(organization=notice.organization).first(),
        "owed": list(Order.objects.filter(organization=notice.organization).owed().order_by("due_on", "id")[:20]),
        "billing_url": settings.PUBLIC_URL + reverse("licensing:billing", args=[notice.organization.slug]),
        "upgrade_url": settings.PUBLIC_URL + reverse("licensing:your_plan", args=[notice.organization.slug]),
        "support_email": settings.SUPPORT_EMAIL,
    }
    subject = render_to_string(f"licensing/email/{notice.kind}_subject.txt", context)
    send_mail(
        " ".join(subject.split()),
        render_to_string(f"licensing/email/{notice.kind}_message.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [notice.user.email],
    )
