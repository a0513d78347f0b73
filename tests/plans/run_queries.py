"""The queries of integrations' runs, schedules and health, beside those of `tests.plans.queries`."""

from datetime import timedelta

from django.utils import timezone

from backoffice.database.identifiers import public_id, uuid7_floor
from integrations.schedules import due
from tests.plans.queries import hot
from tests.plans.rows import Sample
from webhooks.hub_orders import HubOrders
from webhooks.integration_health import HubHealth


@hot("runs: schedules that are due")
def _due_schedules(sample: Sample) -> object:
    return list(due._due(timezone.now()))


@hot("runs: daily schedules whose store has another time zone by now")
def _moved_schedules(sample: Sample) -> object:
    return due.follow_time_zones(timezone.now())


@hot("runs: how orders of integrations go out")
def _order_health(sample: Sample) -> object:
    return HubHealth().health_of([sample.integration.pk])


@hot("runs: integrations whose orders fail")
def _orders_failing(sample: Sample) -> object:
    return list(HubHealth().failing_since(timezone.now() - timedelta(minutes=10)))


@hot("runs: orders of a business day")
def _orders_of_day(sample: Sample) -> object:
    return list(HubOrders().orders_of(sample.store, timezone.now().date()))


@hot("runs: events after a cursor")
def _events_after(sample: Sample) -> object:
    after = public_id("evt", uuid7_floor(timezone.now() - timedelta(days=1)))
    return list(HubOrders().events(sample.store, {"order.opened"}, {"online"}, after=after, most=100))


@hot("runs: recent orders")
def _recent(sample: Sample) -> object:
    return list(HubOrders().recent(sample.store, most=200))
