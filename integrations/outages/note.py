"""Noting that integrations began to fail and that they work again; the database decides which worker's note counts."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from backoffice.tenancy.models import MailChoice
from integrations.listings import slugs_switched_off
from integrations.models import Integration, Outage
from integrations.order_health import OrderHealth, orders_out
from integrations.outages.tell import TOPICS
from licensing.entitlements import licensed_stores

Row = TypeVar("Row", bound=Model)

#: Orders are tried again after seconds and minutes, and some actions run every minute: what fails for less is no news.
PATIENCE = timedelta(minutes=10)
#: So many integrations are looked at together, and so many mails are asked for in a minute.
AT_ONCE = 500


def note_beginnings(now: datetime) -> None:
    """An outage for each integration that fails, does its work otherwise, and has somebody to tell.

    In a constant number of queries for each page of them.
    """
    before = now - PATIENCE
    for page in _in_pages(_to_tell(Integration.objects.filter(failing_since__lte=before))):
        _begin(page, orders_out().health_of([one.pk for one in page]))
    for orders in orders_out().failing_since(before):
        _begin(list(_to_tell(Integration.objects.filter(pk__in=list(orders)))), orders)


def _to_tell(failing: QuerySet[Integration]) -> QuerySet[Integration]:
    going_on = Outage.objects.filter(integration=OuterRef("pk"), ended_at__isnull=True)
    asked_for = MailChoice.objects.filter(
        topic__in=[topic.code for topic in TOPICS],
        reach__in=[MailChoice.Reach.ALL, MailChoice.Reach.SOME],
        member__organization=OuterRef("store__organization"),
    )
    told = failing.filter(~Q(notification_email="") | Exists(asked_for), deactivated_at__isnull=True)
    return told.exclude(provider_slug__in=slugs_switched_off()).filter(~Exists(going_on))


def _begin(found: Sequence[Integration], orders: Mapping[uuid.UUID, OrderHealth]) -> None:
    licensed = licensed_stores([one.store_id for one in found]) if found else set()
    Outage.objects.bulk_create(
        [_outage(one, orders.get(one.pk, OrderHealth())) for one in found if one.store_id in licensed],
        ignore_conflicts=True,
    )


def note_ends(now: datetime) -> None:
    """Integrations that work again. One that was deactivated meanwhile has no outage either, and nobody is told that it is over."""
    for going_on in _in_pages(Outage.objects.filter(ended_at__isnull=True).select_related("integration")):
        orders = orders_out().health_of([one.integration_id for one in going_on])
        over = [one.pk for one in going_on if _works(one.integration, orders.get(one.integration_id, OrderHealth()))]
        stopped = [one.pk for one in going_on if one.integration.deactivated_at is not None]
        _end(over, now)
        _end(stopped, now, ended_told_at=now)


def _in_pages(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """All of them by id, a bounded number at a time; what is written to one page moves none on another."""
    after = uuid.UUID(int=0)
    while page := list(rows.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        yield page
        after = page[-1].pk


def untold() -> list[uuid.UUID]:
    """Outages of which somebody is still to hear, oldest first."""
    beginning = Q(began_told_at__isnull=True)
    ending = Q(ended_at__isnull=False, ended_told_at__isnull=True)
    return list(Outage.objects.filter(beginning | ending).order_by("id").values_list("pk", flat=True)[:AT_ONCE])


def _outage(integration: Integration, orders: OrderHealth) -> Outage:
    since = [when for when in (integration.failing_since, orders.failing_since) if when]
    problem = integration.last_error if integration.failing_since else orders.problem
    return Outage(integration=integration, email=integration.notification_email, began_at=min(since), problem=problem)


def _works(integration: Integration, orders: OrderHealth) -> bool:
    """Of orders that somebody holds back nothing is known."""
    return integration.failing_since is None and orders.failing_since is None and not orders.paused


@transaction.atomic
def _end(outages: Collection[uuid.UUID], now: datetime, **more: datetime) -> None:
    """One that nobody was told of ends in silence."""
    ending = Outage.objects.filter(pk__in=outages, ended_at__isnull=True)
    ending.filter(began_told_at__isnull=True).update(ended_at=now, began_told_at=now, ended_told_at=now)
    ending.update(ended_at=now, **more)
