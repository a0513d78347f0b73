"""News for those who run an endpoint: it keeps failing, was switched off, delivers again; each is noted once, and goes to the outbox."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from backoffice.tenancy.mails.outbox import put
from backoffice.tenancy.models import Mail
from licensing.entitlements import enterprise_organizations, licensed_stores
from webhooks.models import Endpoint, HourlyFigures, Lane, OwnerNotice
from webhooks.owner_mail import KINDS

Step = OwnerNotice.Step

#: How long an endpoint has been failing when a mail is due.
STEPS = ((timedelta(hours=72), Step.THREE_DAYS), (timedelta(hours=24), Step.DAY), (timedelta(hours=1), Step.HOUR))
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
    found: list[tuple[uuid.UUID, uuid.UUID | None, uuid.UUID | None, datetime]]
    found = list(failing.values_list("pk", "store_id", "organization_id", "failing_since"))
    # One that rests with its store's license, or its organization's level, is not called.
    licensed = licensed_stores([store for _pk, store, _of, _since in found if store]) if found else set()
    shared = {organization for _pk, _store, organization, _since in found if organization}
    enterprise = enterprise_organizations(shared) if shared else set()
    _make(
        (pk, since, step_due(now - since), "")
        for pk, store, organization, since in found
        if store in licensed or organization in enterprise
    )


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
    """Make the notice of an endpoint that was just switched off, with its mails, in that transaction."""
    since = endpoint.lanes.aggregate(since=Min("failing_since"))["since"] or endpoint.state_changed_at
    _make([(endpoint.pk, since, Step.DISABLED, endpoint.state_reason)])
    _hand_over(OwnerNotice.objects.get(endpoint=endpoint, failing_since=since, step=Step.DISABLED).pk)


def hand_over(now: datetime) -> None:
    """Put what was noted into the outbox, that of older code as well. Run again, or twice at once, it puts nothing twice."""
    waiting = OwnerNotice.objects.filter(sent_at__isnull=True, created_at__gt=now - GIVEN_UP_AFTER)
    for pk in list(waiting.order_by("created_at").values_list("pk", flat=True)[:500]):
        _hand_over(pk)


@transaction.atomic
def _hand_over(notice_id: uuid.UUID) -> None:
    places = OwnerNotice.objects.select_related("endpoint__store__organization", "endpoint__organization")
    notice = places.select_for_update(of=("self",), skip_locked=True).filter(pk=notice_id, sent_at__isnull=True).first()
    if notice is None:
        return
    kind, endpoint, about = KINDS[Step(notice.step)], notice.endpoint, str(notice.pk)
    organization = endpoint.store.organization if endpoint.store else endpoint.organization
    assert organization is not None  # noqa: S101  # the database holds it
    put(kind, about=about, organization=organization, store=endpoint.store)
    if notice.sent_to:
        # Older code was stopped halfway.
        told = Mail.objects.filter(kind=kind.code, about=about, user__email__in=notice.sent_to)
        told.update(state=Mail.State.SENT, ended_at=timezone.now())
    notice.sent_at = timezone.now()
    notice.save(update_fields=["sent_at"])


def _make(notices: Iterable[tuple[uuid.UUID, datetime, OwnerNotice.Step | None, str]]) -> None:
    rows = [
        OwnerNotice(endpoint_id=endpoint, failing_since=since, step=step, detail=detail[:300])
        for endpoint, since, step, detail in notices
        if step is not None
    ]
    OwnerNotice.objects.bulk_create(rows, ignore_conflicts=True)


def _of_period(*, step: OwnerNotice.Step) -> QuerySet[OwnerNotice]:
    return OwnerNotice.objects.filter(endpoint=OuterRef("endpoint"), failing_since=OuterRef("failing_since"), step=step)
