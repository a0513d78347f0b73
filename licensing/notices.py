"""News for those who run an organization's plan, and for support: noted once, and put into the outbox with what it is about."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.mails.links import Foot
from backoffice.tenancy.mails.outbox import Kind, Letter, put
from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import Mail, Member, Organization
from backoffice.tenancy.permissions import ROLES, Permission
from licensing.models import Notice, Order
from licensing.standing import standing_of

PAYERS = [role.code for role in ROLES.values() if Permission.PLAN_MANAGE in role.permissions]
_AT_A_TIME = 500
#: What is owed stays owed: a mail server may be away for long before an invoice is no news any more.
_NEWS_FOR = timedelta(days=30)


def notify(organization: Organization, kind: Notice.Kind, *, about: str) -> None:
    """Note a mail to every Owner and Enterprise admin. The same kind about the same thing is noted once, however often it is asked."""
    users = Member.objects.filter(organization=organization, role_code__in=PAYERS).values_list("user_id", flat=True)
    Notice.objects.bulk_create(
        (Notice(organization=organization, user_id=user, kind=kind, about=about) for user in users.order_by("pk")),
        ignore_conflicts=True,
    )
    _hand_over_of(organization, kind, about)


def notify_support(organization: Organization, kind: Notice.Kind, *, about: str) -> None:
    """Note a mail to the vendor's support, once for the same kind about the same thing."""
    Notice.objects.bulk_create(
        [Notice(organization=organization, user=None, kind=kind, about=about)], ignore_conflicts=True
    )
    _hand_over_of(organization, kind, about)


def hand_over() -> None:
    """Put what older code noted into the outbox; what is noted here is there already."""
    waiting = Notice.objects.filter(sent_at__isnull=True).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)[:_AT_A_TIME]):
        _hand_over(pk)


def _hand_over_of(organization: Organization, kind: Notice.Kind, about: str) -> None:
    noted = Notice.objects.filter(organization=organization, kind=kind, about=about, sent_at__isnull=True)
    for pk in list(noted.order_by("pk").values_list("pk", flat=True)):
        _hand_over(pk)


@transaction.atomic
def _hand_over(pk: int) -> None:
    locked = Notice.objects.select_for_update(skip_locked=True, of=("self",)).select_related("organization")
    notice = locked.filter(pk=pk, sent_at__isnull=True).first()
    if notice is None:
        return
    kind = KINDS[Notice.Kind(notice.kind)]
    if notice.user_id is None:
        put(kind, about=str(pk), organization=notice.organization, addresses=[settings.SUPPORT_EMAIL])
    else:
        put(kind, about=str(pk), organization=notice.organization, only_user=notice.user_id)
    notice.sent_at = timezone.now()
    notice.save(update_fields=["sent_at"])


def compose(mail: Mail, foot: Foot | None) -> Letter | None:
    notice = Notice.objects.select_related("organization", "user").filter(pk=mail.about).first()
    if notice is None:
        return None
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
        "foot": foot,
    }
    return Letter(
        render_to_string(f"licensing/email/{notice.kind}_subject.txt", context),
        render_to_string(f"licensing/email/{notice.kind}_message.txt", context),
    )


_SECTION = _("Plan and billing")
INVOICES = Topic(
    "invoices",
    section=_SECTION,
    name=_("Invoices, and a subscription that ends for want of payment"),
    meaning=_("A new invoice, one that is overdue, and the day the Integration Hub stops because of it."),
    permission=Permission.PLAN_MANAGE,
    usual=Permission.PLAN_MANAGE,
    by_store=False,
    always=_("They cannot be switched off: unread, they stop the hub in every store."),
)
TRIALS = Topic(
    "trials",
    section=_SECTION,
    name=_("A trial is over"),
    meaning=_("When a trial of the Integration Hub ends, and with it the hub in every store."),
    permission=Permission.PLAN_MANAGE,
    usual=Permission.PLAN_MANAGE,
    by_store=False,
)
TOPICS = (INVOICES, TRIALS)


KINDS = {
    kind: Kind(f"licensing.{kind.value}", compose, topic, _NEWS_FOR)
    for kind, topic in (
        (Notice.Kind.RENEWED, INVOICES),
        (Notice.Kind.GRACE, INVOICES),
        (Notice.Kind.LAPSED, INVOICES),
        (Notice.Kind.TRIAL_OVER, TRIALS),
        (Notice.Kind.UNPRICED, None),
    )
}
