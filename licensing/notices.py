"""Mails to those who run an organization's plan, and to support: noted in the transaction they are about, and sent once each afterwards."""

import logging

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Member, Organization
from backoffice.tenancy.permissions import ROLES, Permission
from backoffice.web.mail import message
from licensing.models import Notice, Order
from licensing.standing import standing_of

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


def notify_support(organization: Organization, kind: Notice.Kind, *, about: str) -> None:
    """Note a mail to the vendor's support, once for the same kind about the same thing."""
    Notice.objects.bulk_create(
        [Notice(organization=organization, user=None, kind=kind, about=about)], ignore_conflicts=True
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
    standing = standing_of(notice.organization)
    context = {
        "notice": notice,
        "organization": notice.organization,
        "currency": standing.account.currency,
        "subscription": standing.subscription,
        "days": standing.plan.retention_days,
        "owed": list(Order.objects.filter(organization=notice.organization).owed().order_by("due_on", "id")[:20]),
        "billing_url": settings.PUBLIC_URL + reverse("licensing:billing", args=[notice.organization.slug]),
        "upgrade_url": settings.PUBLIC_URL + reverse("licensing:your_plan", args=[notice.organization.slug]),
        "support_email": settings.SUPPORT_EMAIL,
        "admin_url": settings.PUBLIC_URL
        + reverse("admin:licensing_subscription_change", args=[notice.organization_id]),
    }
    message(
        f"licensing-notice-{notice.pk}",
        to=notice.user.email if notice.user else settings.SUPPORT_EMAIL,
        subject=render_to_string(f"licensing/email/{notice.kind}_subject.txt", context),
        text=render_to_string(f"licensing/email/{notice.kind}_message.txt", context),
    ).send()
