import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.webhooks.delivery.conftest import lease, store_event
from webhooks import lanes
from webhooks.delivery import claim, drains
from webhooks.delivery.fetch import Cursor, Wanted, fetch
from webhooks.models import Delivery, Endpoint, Lane

pytestmark = pytest.mark.django_db

MakeEndpoint = Callable[..., Endpoint]


def _claim(most: int = 10, held: dict[int, uuid.UUID] | None = None) -> dict[int, uuid.UUID]:
    token = drains.new_token(1)
    return {each.lane_id: token for each in claim.claim(most=most, token=token, lease_seconds=60, held=held or {})}


def _due(endpoint: Endpoint, **values: object) -> Lane:
    Lane.objects.filter(endpoint=endpoint).update(**{"next_due_at": timezone.now(), **values})
    return Lane.objects.get(endpoint=endpoint)


def test_a_due_lane_is_leased_once(make_endpoint: MakeEndpoint) -> None:
    lane = _due(make_endpoint())
    assert list(_claim()) == [lane.pk]
    assert _claim() == {}
    lane.refresh_from_db()
    assert lane.next_due_at is None
    assert lane.lease_until is not None


def test_oldest_served_first(make_endpoint: MakeEndpoint) -> None:
    now = timezone.now()
    recently = _due(make_endpoint("ok/1"), served_at=now)
    long_ago = _due(make_endpoint("ok/2"), served_at=now - timedelta(hours=1))
    never = _due(make_endpoint("ok/3"))
    assert [list(_claim(1)), list(_claim(1)), list(_claim(1))] == [[never.pk], [long_ago.pk], [recently.pk]]


def test_a_lane_that_is_given_back_queues_behind_those_served_meanwhile(make_endpoint: MakeEndpoint) -> None:
    """However long its turn was: one order of another tenant waits for that turn's end, and not for the next one's."""
    busy, token = lease(make_endpoint("ok/1"))
    Lane.objects.filter(pk=busy.pk).update(served_at=timezone.now() - timedelta(seconds=5))
    small = _due(make_endpoint("ok/2"))
    claim.release(_claim(1))
    store_event(busy.endpoint)
    claim.release({busy.pk: token})
    _due(small.endpoint)
    assert [list(_claim(1)), list(_claim(1))] == [[small.pk], [busy.pk]]


def test_a_lane_whose_lease_has_expired_is_due(make_endpoint: MakeEndpoint) -> None:
    lane, token = lease(make_endpoint())
    assert _claim() == {}
    Lane.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert list(_claim()) == [lane.pk]
    assert claim.renew({lane.pk: token}, lease_seconds=60) == set()


@pytest.mark.parametrize("field", ["open_until", "paused_until"])
def test_an_open_or_paused_lane_is_left_alone(make_endpoint: MakeEndpoint, field: str) -> None:
    _due(make_endpoint(), **{field: timezone.now() + timedelta(minutes=1)})
    assert _claim() == {}


def test_a_mark_on_a_lane_of_our_own_is_taken_with_the_next_claim(make_endpoint: MakeEndpoint) -> None:
    lane = _due(make_endpoint())
    held = _claim()
    lanes.mark_due([lane.pk])
    assert list(_claim(0, held)) == [lane.pk]
    assert _claim(0, held) == {}


def test_a_mark_made_during_the_lease_outlives_the_release(make_endpoint: MakeEndpoint) -> None:
    lane = _due(make_endpoint())
    held = _claim()
    lanes.mark_due([lane.pk])
    claim.release(held)
    lane.refresh_from_db()
    assert lane.lease_token is None
    assert lane.next_due_at is not None
    assert lane.next_due_at <= timezone.now()


def test_release_computes_the_next_due_time(
    make_endpoint: MakeEndpoint, django_capture_on_commit_callbacks: object
) -> None:
    endpoint = make_endpoint()
    first, second = store_event(endpoint), store_event(endpoint)
    later = timezone.now() + timedelta(minutes=5)
    Delivery.objects.filter(event=first).update(due_at=later, attempt_count=1)
    Delivery.objects.filter(event=second).update(due_at=later + timedelta(minutes=5))
    lane = _due(endpoint)
    claim.release(_claim())
    lane.refresh_from_db()
    assert lane.next_due_at == later


def test_release_with_a_lost_lease_changes_nothing(make_endpoint: MakeEndpoint) -> None:
    lane, token = lease(make_endpoint())
    claim.release({lane.pk: uuid.uuid4()})
    lane.refresh_from_db()
    assert lane.lease_token == token


def test_first_tries_come_before_retries(make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint()
    retry, first = store_event(endpoint), store_event(endpoint)
    past = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(event=retry).update(attempt_count=3, due_at=past)
    lane = Lane.objects.get(endpoint=endpoint)
    rows = fetch([Wanted(lane.pk, 10, Cursor())])
    assert [row.event_id for row in rows] == [first.pk, retry.pk]


def test_reading_goes_on_behind_the_cursor_and_leaves_out_what_is_in_hand(make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint()
    events = [store_event(endpoint) for _ in range(5)]
    lane = Lane.objects.get(endpoint=endpoint)
    cursor = Cursor()
    one = fetch([Wanted(lane.pk, 2, cursor)])
    two = fetch([Wanted(lane.pk, 10, cursor)])
    assert [row.event_id for row in one + two] == [event.pk for event in events]
    assert fetch([Wanted(lane.pk, 10, cursor)]) == []

    cursor.look_back()
    again = fetch([Wanted(lane.pk, 10, cursor, in_hand={row.id for row in one})])
    assert [row.id for row in again] == [row.id for row in two]


def test_what_one_lane_has_in_hand_is_left_out_of_that_lane_alone(make_endpoint: MakeEndpoint) -> None:
    endpoints = [make_endpoint("ok/1"), make_endpoint("ok/2")]
    for endpoint in endpoints:
        store_event(endpoint)
    one, two = (Lane.objects.get(endpoint=endpoint).pk for endpoint in endpoints)
    rows = fetch([Wanted(one, 10, Cursor()), Wanted(two, 10, Cursor())])
    in_hand = {row.id for row in rows if row.lane_id == one}
    again = fetch([Wanted(one, 10, Cursor(), in_hand=in_hand), Wanted(two, 10, Cursor())])
    assert [row.lane_id for row in again] == [two]


def test_a_lane_that_lost_its_mark_is_found(make_endpoint: MakeEndpoint) -> None:
    endpoint, other = make_endpoint("ok/1"), make_endpoint("ok/2")
    store_event(endpoint)
    event = store_event(other)
    Delivery.objects.filter(event=event).update(attempt_count=1)
    Lane.objects.update(next_due_at=None)
    assert lanes.repair_marks() == 2
    assert lanes.repair_marks() == 0
    assert lanes.overdue(seconds=0) == 2
    assert lanes.overdue(seconds=60) == 0


def test_leases_of_a_drain_without_a_connection_are_orphans(make_endpoint: MakeEndpoint) -> None:
    number = drains.new_number()
    drains.sign_in(number)
    lane = _due(make_endpoint("ok/1"))
    claim.claim(most=1, token=drains.new_token(number), lease_seconds=60, held={})
    assert drains.orphans() == set()
    drains.sign_out(number)
    orphans = drains.orphans()
    assert {each for each, _token in orphans} == {lane.pk}
    drains.free(orphans)
    assert list(_claim()) == [lane.pk]


def test_the_hot_queries_use_the_indexes(make_endpoint: MakeEndpoint) -> None:
    """With sequential scans made dear, a plan that still holds one has no index to use."""
    from webhooks.delivery.fetch import _FETCH

    make_endpoint()
    moment, none = timezone.now(), uuid.UUID(int=0)
    parameters: dict[str, Any] = {
        "lanes": [1], "most": [10], "first_at": [moment], "first_id": [none], "retry_at": [moment], "retry_id": [none],
        "in_hand": ["{}"], "fifo": [True],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {_FETCH}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "lane_id_due_at_id_idx" in plan
