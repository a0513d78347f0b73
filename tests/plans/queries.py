"""Every query that runs often, or over tables that grow: by the code that sends it, never a copy of it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.database.identifiers import public_id, uuid7_floor
from licensing.entitlements import has_hub
from tests.plans.rows import Sample
from webhooks import backlog, delivery_log, figures, lanes, missed_events, parking, retention
from webhooks.delivery import claim, drains
from webhooks.delivery.breaker import LaneHealth
from webhooks.delivery.fetch import Cursor, Wanted, fetch
from webhooks.delivery.outcome import DELIVERED, DUE, Outcome
from webhooks.delivery.record import Finished, LaneState, record
from webhooks.models import Endpoint

Act = Callable[[Sample], object]

#: By name; what a name means stands in the code it calls.
HOT: dict[str, Act] = {}


def hot(name: str) -> Callable[[Act], Act]:
    def add(act: Act) -> Act:
        HOT[name] = act
        return act

    return add


# The engine


@hot("engine: claim due lanes")
def _claim(sample: Sample) -> object:
    return claim.claim(most=32, token=uuid.uuid4(), lease_seconds=60, held={})


@hot("engine: read what is due in leased lanes")
def _fetch(sample: Sample) -> object:
    return fetch([Wanted(sample.lane.pk, 50, Cursor())])


@hot("engine: read what is due where the order of events is kept")
def _fetch_fifo(sample: Sample) -> object:
    return fetch([Wanted(sample.lane.pk, 50, Cursor(), fifo=True)])


@hot("engine: write results back")
def _record(sample: Sample) -> object:
    state = LaneState(sample.lane.pk, sample.endpoint.pk, uuid.uuid4(), LaneHealth())
    return record(
        [
            (
                state,
                [
                    Finished(sample.delivery.pk, 1, Outcome(DELIVERED)),
                    Finished(uuid.uuid4(), 2, Outcome(DUE, retry_in=timedelta(seconds=5))),
                ],
            )
        ]
    )


@hot("engine: renew leases")
def _renew(sample: Sample) -> object:
    return claim.renew({sample.lane.pk: uuid.uuid4()}, lease_seconds=60)


@hot("engine: give lanes back")
def _release(sample: Sample) -> None:
    claim.release({sample.lane.pk: uuid.uuid4()})


@hot("engine: park what may not be sent")
def _shelve(sample: Sample) -> None:
    claim.shelve({sample.lane.pk: uuid.uuid4()}, under_way=[], state="parked", reason="paused", words="Paused.")


@hot("engine: count who drains")
def _census(sample: Sample) -> object:
    return drains.census()


@hot("api: is the store licensed")
def _licensed(sample: Sample) -> object:
    return has_hub(sample.store.pk)


# The sweeper


@hot("sweeper: lanes whose mark was lost")
def _repair(sample: Sample) -> object:
    return lanes.repair_marks()


@hot("sweeper: lanes that wait for a worker")
def _overdue(sample: Sample) -> object:
    return lanes.overdue(seconds=2)


@hot("sweeper: leases of the dead")
def _orphans(sample: Sample) -> object:
    return drains.orphans()


@hot("sweeper: parked though nothing stops it")
def _forgotten(sample: Sample) -> object:
    return parking.Forgotten().unpark()


@hot("parking: make due what is parked for an endpoint")
def _unpark(sample: Sample) -> object:
    return parking.unpark([sample.endpoint.pk])


@hot("sweeper: stores for which a shared endpoint has something parked")
def _waiting_stores(sample: Sample) -> object:
    return parking.Forgotten()._licensed_of(sample.shared.pk)


@hot("parking: make due what a shared endpoint has parked for some stores")
def _unpark_stores(sample: Sample) -> object:
    return parking.unpark([sample.shared.pk], stores=[sample.store.pk])


def _missed(endpoint: Endpoint) -> object:
    since = timezone.now() - timedelta(days=14)
    after = uuid7_floor(since)
    place = missed_events.Place(endpoint.stores().order_by("pk")[0].pk, after)
    return missed_events.look(
        endpoint, after=after, since=since, until=timezone.now(), place=place, most=1000, most_stores=200
    )


@hot("recovery: what an endpoint missed")
def _missed_of_a_store(sample: Sample) -> object:
    return _missed(sample.endpoint)


@hot("recovery: what a shared endpoint missed")
def _missed_of_many(sample: Sample) -> object:
    return _missed(sample.shared)


# Pages


def _pages(**query: str) -> Act:
    def act(sample: Sample) -> object:
        client = Client()
        client.force_login(sample.user)  # type: ignore[arg-type]
        url = reverse("webhooks:deliveries", args=[sample.store.organization.slug, sample.store.code])
        values = {name: value.format(**_values(sample)) for name, value in query.items()}
        deep = values.pop("deep", "")
        response = client.get(url, values)
        if deep:
            cursor = response.context["page"].next_cursor
            response = client.get(url, {**values, "cursor": cursor})
        assert response.status_code == 200
        return response

    return act


def _values(sample: Sample) -> dict[str, str]:
    return {
        "endpoint": public_id("ep", sample.endpoint.pk),
        "order": sample.delivery.order_id,
        "event": sample.event.public_id,
        "delivery": sample.delivery.public_id,
    }


HOT["deliveries page: first"] = _pages()
HOT["deliveries page: deep"] = _pages(deep="yes")
for _state in ("due", "delivered", "exhausted", "parked", "cancelled"):
    HOT[f"deliveries page: state {_state}"] = _pages(state=_state)
HOT["deliveries page: a rare event"] = _pages(event="order.voided")
HOT["deliveries page: a rare event, deep"] = _pages(event="order.closed", deep="yes")
HOT["deliveries page: an endpoint"] = _pages(endpoint="{endpoint}")
HOT["deliveries page: an order"] = _pages(order="{order}")
HOT["deliveries page: the last day"] = _pages(since="24h")
HOT["deliveries page: failed events of the last week"] = _pages(state="exhausted", event="order.closed", since="7d")


@hot("delivery page: its attempts")
def _attempts(sample: Sample) -> object:
    return list(delivery_log.attempts_of(sample.delivery))


@hot("endpoints page: figures of a day")
def _figures(sample: Sample) -> object:
    return figures.last_day([sample.endpoint.pk])


@hot("endpoints page: latest delivery of each")
def _latest(sample: Sample) -> object:
    return delivery_log.latest_of_endpoints([sample.endpoint.pk])


# The developer API


def _api(sample: Sample) -> Any:
    return Client(headers={"Authorization": f"Bearer {sample.key}"})


def _call(path: str) -> Act:
    def act(sample: Sample) -> object:
        response = _api(sample).get(f"/api/v1/{path.format(**_values(sample))}")
        assert response.status_code == 200, response.content
        return response

    return act


HOT["api: events, newest first"] = _call("events?limit=10")
HOT["api: events, forward"] = _call("events?limit=10&order=asc&since=2026-01-01T00:00:00Z")
HOT["api: events of a rare type"] = _call("events?limit=10&type=order.refunded")
HOT["api: events of an order"] = _call("events?limit=10&order_id={order}")
HOT["api: an event"] = _call("events/{event}")
HOT["api: the latest state of an order"] = _call("orders/{order}")
HOT["api: deliveries, newest first"] = _call("deliveries?limit=10")
HOT["api: failed deliveries"] = _call("deliveries?limit=10&state=exhausted")
HOT["api: deliveries to an endpoint"] = _call("deliveries?limit=10&endpoint_id={endpoint}")
HOT["api: a delivery with its attempts"] = _call("deliveries/{delivery}")
HOT["api: endpoints"] = _call("webhook-endpoints?limit=10")


# Retention and what is watched


@hot("retention: events and deliveries of a shorter plan")
def _retention(sample: Sample) -> object:
    """A batch that is to the rows made here as a real one is to a real week."""
    before = uuid7_floor(timezone.now() - timedelta(days=30))
    with mock.patch.object(retention, "ROWS_AT_A_TIME", 20):
        retention._delete_deliveries([sample.store.pk], before)
        return retention._delete_events([sample.store.pk], before)


@hot("retention: idempotency keys")
def _keys(sample: Sample) -> object:
    before = timezone.now() - timedelta(days=20)
    return retention._delete_in_batches(retention._DELETE_KEYS, before=before, until=float("inf"))


@hot("retention: hourly figures")
def _old_figures(sample: Sample) -> object:
    before = timezone.now() - timedelta(days=2)
    return retention._delete_in_batches(retention._DELETE_FIGURES, before=before, until=float("inf"))


@hot("metrics: how much waits")
def _waiting(sample: Sample) -> object:
    return backlog.waiting()


@hot("metrics and readiness: the oldest that is due")
def _oldest(sample: Sample) -> object:
    return backlog.oldest_due()
