"""What lanes say of the integrations whose orders go through them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Integration
from integrations.status import Fix, Status, rows_of
from tests.factories.integrations import IntegrationFactory
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks.integration_health import HubHealth
from webhooks.models import Endpoint, HourlyFigures, Lane

pytestmark = pytest.mark.django_db

Count = Callable[[int], Any]
NOW = timezone.now()


def endpoint(integration: Integration | None = None, **fields: object) -> Endpoint:
    integration = integration or IntegrationFactory.create(
        setting_values={"url": "https://a.example.com/", "events": ["close"]}, settings_saved_at=NOW
    )
    made: Endpoint = EndpointFactory.create(integration=integration, store=integration.store, **fields)
    return made


def integration_of(one: Endpoint) -> Integration:
    assert one.integration is not None
    return one.integration


def fail(one: Endpoint, ago: timedelta = timedelta(hours=1)) -> None:
    Lane.objects.filter(endpoint=one).update(failing_since=NOW - ago)
    DeliveryFactory.create(endpoint=one, event__store=one.store, attempt_count=2, last_status=401, due_at=NOW)
    DeliveryFactory.create(endpoint=one, event__store=one.store, due_at=NOW)


def health(one: Endpoint) -> Any:
    return HubHealth().health_of([one.integration_id])[one.integration_id]  # type: ignore[list-item, index]


def test_a_failing_lane_says_since_when_and_why() -> None:
    one = endpoint()
    assert health(one).failing_since is None
    fail(one)
    found = health(one)
    assert found.failing_since == NOW - timedelta(hours=1)
    assert found.problem.startswith("The receiver answered 401 Unauthorized.")
    (row,) = rows_of([integration_of(one)], licensed=True)
    assert (row.status, row.fix, row.advice) == (Status.FAILING, Fix.ORDERS, found.problem)


def test_the_last_success_is_exact_to_the_hour_and_exact_where_it_was_the_last_call() -> None:
    one = endpoint()
    hour = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    HourlyFigures.objects.create(endpoint=one, hour=hour, succeeded=3)
    HourlyFigures.objects.create(endpoint=one, hour=hour + timedelta(hours=1), failed=3)
    Lane.objects.filter(endpoint=one).update(served_at=hour + timedelta(minutes=20))
    assert health(one).last_success_at == hour + timedelta(minutes=20)
    fail(one)
    assert health(one).last_success_at == hour


def test_a_lane_that_was_looked_at_and_sent_nothing_had_no_success() -> None:
    one = endpoint()
    Lane.objects.filter(endpoint=one).update(served_at=NOW)
    assert health(one).last_success_at is None
    (row,) = rows_of([integration_of(one)], licensed=True)
    assert (row.status, row.last_success_at) == (Status.CONNECTED, None)


def test_paused_is_no_failure_and_switched_off_is_one() -> None:
    paused, off = endpoint(paused=True), endpoint(disabled=True)
    fail(paused)
    assert (health(paused).paused, health(paused).failing_since) == (True, None)
    assert health(off).failing_since == off.state_changed_at
    assert "The receiver answered 410." in health(off).problem


def test_finds_all_that_fail_for_long_enough_and_no_store_owned_endpoint() -> None:
    long, short, own = endpoint(), endpoint(), EndpointFactory.create()
    for one, minutes in ((long, 30), (short, 2), (own, 30)):
        fail(one, timedelta(minutes=minutes))
    (found,) = HubHealth().failing_since(NOW - timedelta(minutes=10))
    assert list(found) == [long.integration_id]


def test_those_that_fail_come_a_bounded_number_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [endpoint() for _ in range(5)]
    for one in failing:
        fail(one, timedelta(minutes=30))
    monkeypatch.setattr("webhooks.integration_health._AT_ONCE", 2)
    pages = list(HubHealth().failing_since(NOW - timedelta(minutes=10)))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {integration for page in pages for integration in page} == {one.integration_id for one in failing}


def test_as_many_queries_however_many_rows(django_assert_num_queries: Count) -> None:
    integrations = [one.integration for one in (endpoint(), endpoint(), endpoint())]
    found = list(Integration.objects.filter(pk__in=[one.pk for one in integrations if one]).prefetch_related("secrets"))
    with django_assert_num_queries(3):
        rows_of(found, licensed=True)
