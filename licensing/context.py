"""What the base layout shows of the plan on every page: an overdue invoice, a lapse, the end of a trial."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Subquery
from django.http import HttpRequest
from django.utils import timezone

from backoffice.tenancy.models import Member
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import within_tenant
from licensing.models import INTEGRATION_HUB, License, Subscription

#: A trial is spoken of for its last days.
TRIAL_SPOKEN_OF = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PlanNotice:
    """One of `lapsed`, `grace`, `trial`, and the day it turns on."""

    kind: str
    on: date


def plan_notice(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy; only for those who may manage the plan, on pages of their organization."""
    return {"plan_notice": _finder(request)}


def _finder(request: HttpRequest) -> Callable[[], PlanNotice | None]:
    found: list[PlanNotice | None] = []

    def find() -> PlanNotice | None:
        member: Member | None = getattr(request, "member", None)
        if member is None or not member.may(Permission.PLAN_MANAGE):
            return None
        if not found:
            # An error page is rendered after the view's transaction.
            with within_tenant(member.organization_id):
                found.append(_notice_of(member))
        return found[0]

    return find


def _notice_of(member: Member) -> PlanNotice | None:
    """One query, whatever there is to say."""
    trials = License.objects.filter(
        organization=member.organization_id,
        add_on=INTEGRATION_HUB,
        suspended_at__isnull=True,
        trial_ends_on__lte=timezone.localdate() + TRIAL_SPOKEN_OF,
    )
    subscription = (
        Subscription.objects.filter(organization=member.organization_id)
        .annotate(trial_ends_on=Subquery(trials.values("trial_ends_on")[:1]))
        .first()
    )
    if subscription is None:
        return None
    if subscription.lapsed_at is not None:
        return PlanNotice("lapsed", timezone.localdate(subscription.lapsed_at))
    if subscription.grace_ends_on is not None:
        return PlanNotice("grace", subscription.grace_ends_on)
    trial_ends_on: date | None = subscription.trial_ends_on
    return PlanNotice("trial", trial_ends_on) if trial_ends_on else None
