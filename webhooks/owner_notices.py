"""Mails to those who run an endpoint: when it keeps failing, was switched off, and delivers again; each once, to each of them."""

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPRecipientsRefused

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from backoffice import broker
from backoffice.tenancy.models import Member
from backoffice.tenancy.permissions import ENTERPRISE_ADMIN, OWNER, STORE_OWNER
from licensing.entitlements import licensed_stores
from webhooks.models import Endpoint, HourlyFigures, Lane, OwnerNotice
from webhooks.owner_mail import compose

logger = logging.getLogger(__name__)

Step = OwnerNotice.Step

#: How long an endpoint has been failing when a mail is due.
STEPS = ((timedelta(hours=72), Step.THREE_DAYS), (timedelta(hours=24), Step.DAY), (timedelta(hours=1), Step.HOUR))
SEND_TASK = "webhooks.send_owner_notice"
#: News that could not be sent for so long are none any more.
GIVEN_UP_AFTER = timedelta(days=1)
#: Whoever was told of a failure that long ago is not told that it is over.
REMEMBERED = timedelta(days=30)


def step_due(failing_for: timedelta) -> OwnerNotice.Step | None:
    """The mail that is due after so much time without a success: the last one reached, those before it being late."""
    return next((step for after, step in STEPS if failing_for >= after), None)


def note_failing(now: datetime) -> None:
    """Make the notices that are due for endpoints that are called and fail. Run again, it changes nothing."""
    failing = (
        Endpoint.objects.callable()
        .annotate(failing_since=Min("lanes__failing_since"))
        .filter(failing_since__lte=now - STEPS[-1][0])
    )
    found: list[tuple[uuid.UUID, uuid.UUID | None, datetime]]
    found = list(failing.values_list("pk", "store_id", "failing_since"))
    licensed = licensed_stores([store for _pk, store, _since in found if store]) if found else set()
    _make((pk, since, step_due(now - since), "") for pk, store, since in found if store is None or store in licensed)


def note_recovered(now: datetime) -> None:
    """Make a notice for each period of failing that somebody was told of and that is over: something arrived since."""
    lanes_failing = Lane.objects.filter(endpoint=OuterRef("endpoint"), failing_since__isnull=False)
    told = (
        OwnerNotice.objects.filter(created_at__gt=now - REMEMBERED, sent_at__isnull=False)
        .filter(~Exists(_of_period(step=Step.RECOVERED)), ~Exists(lanes_failing))
        .filter(endpoint__in=Endpoint.objects.callable())
        .values("endpoint_id", "failing_since")
        .annotate(last=Max("sent_at"), was_disabled=Max("sent_at", filter=Q(step=Step.DISABLED)))
    )
    for period in told:
        # The hour in which a failing endpoint's mail went out had no success before it; one that was disabled may have had.
        hour = period["last"].replace(minute=0, second=0, microsecond=0)
        figures = HourlyFigures.objects.filter(endpoint=period["endpoint_id"], succeeded__gt=0)
        later = figures.filter(hour__gt=hour) if period["was_disabled"] else figures.filter(hour__gte=hour)
        if later.exists():
            _make([(period["endpoint_id"], period["failing_since"], Step.RECOVERED, "")])


def note_disabled(endpoint: Endpoint) -> None:
    """Make the notice of an endpoint that was just switched off, in that transaction; it is sent after the commit."""
    since = endpoint.lanes.aggregate(since=Min("failing_since"))["since"] or endpoint.state_changed_at
    _make([(endpoint.pk, since, Step.DISABLED, endpoint.state_reason)])
    notice = OwnerNotice.objects.get(endpoint=endpoint, failing_since=since, step=Step.DISABLED)
    transaction.on_commit(partial(broker.send, SEND_TASK, str(notice.pk)), robust=True)


def unsent(now: datetime) -> list[uuid.UUID]:
    """Notices that nobody has finished sending, oldest first."""
    waiting = OwnerNotice.objects.filter(sent_at__isnull=True, created_at__gt=now - GIVEN_UP_AFTER)
    return list(waiting.order_by("created_at").values_list("pk", flat=True)[:500])


def send(notice_id: uuid.UUID) -> None:
    """Mail the notice to everyone who has not got it. Whatever ends it halfway, the next run goes on with the next of them.

    Each mail is sent and noted in one transaction under the notice's lock. A process killed between the two leaves one mail to be
    sent twice, under the same Message-ID. Raises what the mail server's client raises, except for addresses it refuses.
    """
    notice = (
        OwnerNotice.objects.select_related("endpoint__store__organization", "endpoint__organization")
        .filter(pk=notice_id)
        .first()
    )
    if notice is None or notice.sent_at is not None or notice.endpoint.deleted_at is not None:
        return
    for member in recipients(notice.endpoint):
        _send_to(notice, member)
    OwnerNotice.objects.filter(pk=notice_id, sent_at__isnull=True).update(sent_at=timezone.now())


def recipients(endpoint: Endpoint) -> list[Member]:
    """Owners and Enterprise admins of the organization, and of a store's endpoint the Store owners who are given that store."""
    told = Q(role_code__in=[OWNER.code, ENTERPRISE_ADMIN.code])
    if endpoint.store is not None:
        told |= Q(role_code=STORE_OWNER.code, given_stores=endpoint.store)
    organization = endpoint.store.organization if endpoint.store else endpoint.organization
    members = Member.objects.filter(told, organization=organization, user__is_active=True)
    return list(members.select_related("user").order_by("pk").distinct())


@transaction.atomic
def _send_to(notice: OwnerNotice, member: Member) -> None:
    locked = OwnerNotice.objects.select_for_update().get(pk=notice.pk)
    if locked.sent_at is not None or member.user.email in locked.sent_to:
        return
    try:
        compose(notice, member.user).send()
    except SMTPRecipientsRefused:
        logger.warning("The mail server refuses member %s as a recipient.", member.pk)
    locked.sent_to.append(member.user.email)
    locked.save(update_fields=["sent_to"])


def _make(notices: Iterable[tuple[uuid.UUID, datetime, OwnerNotice.Step | None, str]]) -> None:
    rows = [
        OwnerNotice(endpoint_id=endpoint, failing_since=since, step=step, detail=detail[:300])
        for endpoint, since, step, detail in notices
        if step is not None
    ]
    OwnerNotice.objects.bulk_create(rows, ignore_conflicts=True)


def _of_period(*, step: OwnerNotice.Step) -> QuerySet[OwnerNotice]:
    return OwnerNotice.objects.filter(endpoint=OuterRef("endpoint"), failing_since=OuterRef("failing_since"), step=step)
