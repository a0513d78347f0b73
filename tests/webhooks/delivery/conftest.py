import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from time import monotonic

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from backoffice.tenancy.models import Store
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import OrderEventFactory
from tests.load.services import Receiver
from tests.webhooks.delivery.scripted import Scripted
from tests.webhooks.owners import store_of
from webhooks import endpoints, outbox
from webhooks.delivery import drains
from webhooks.delivery.engine import Engine
from webhooks.event_types import ORDER_EVENT_TYPES
from webhooks.models import Endpoint, Lane, OrderEvent
from webhooks.wishes import Wishes


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    started = Receiver()
    yield started
    started.close()


@pytest.fixture
def open_loopback(settings: Settings) -> None:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def make_endpoint(open_loopback: None, receiver: Receiver) -> Callable[..., Endpoint]:
    """Makes an endpoint at a behaviour of the receiver, such as `status/500/1`."""

    def make(behaviour: str = "ok/0", *, store: Store | None = None) -> Endpoint:
        store = store or LicensedStoreFactory.create()
        url = receiver.url(behaviour)
        return endpoints.create(
            store=store, wishes=Wishes(url=url, event_types=ORDER_EVENT_TYPES), by=None, greet=False
        )[0]

    return make


@pytest.fixture
def engine(open_loopback: None) -> Iterator[Engine]:
    made = Engine()
    yield made
    made.close()


@pytest.fixture
def run_until_idle(engine: Engine) -> Callable[[], None]:
    """Turns the engine until nothing is due; fails after some seconds."""

    def run() -> None:
        until = monotonic() + 10
        engine._look_at = 0.0
        engine.turn(claiming=True, wait_seconds=0.05)
        while not engine.found_nothing:
            assert monotonic() < until, "the engine does not come to rest"
            engine.turn(claiming=True, wait_seconds=0.05)

    return run


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    made = Scripted(monkeypatch)
    yield made
    made.server.stop()


@pytest.fixture
def at_scripted(make_endpoint: Callable[..., Endpoint], scripted: Scripted) -> Callable[..., Endpoint]:
    """Makes an endpoint with these values at the scripted receiver."""

    def make(**values: object) -> Endpoint:
        endpoint = make_endpoint()
        values = {"url": scripted.server.url("/scripted"), "confirmed_at": timezone.now()} | values
        Endpoint.objects.filter(pk=endpoint.pk).update(**values)
        endpoint.refresh_from_db()
        return endpoint

    return make


def store_event(endpoint: Endpoint, **values: object) -> OrderEvent:
    """An order event of the endpoint's store, stored with its deliveries as ingest does it."""
    event = OrderEventFactory.build(store=endpoint.store, **values)
    with transaction.atomic():
        event.save(force_insert=True)
        outbox.add([event], store=store_of(endpoint))
    return event


def lease(endpoint: Endpoint) -> tuple[Lane, uuid.UUID]:
    """The endpoint's lane, leased under a new token."""
    lane = Lane.objects.get(endpoint=endpoint)
    token = drains.new_token(drains.new_number())
    Lane.objects.filter(pk=lane.pk).update(
        lease_token=token, lease_until=timezone.now() + timedelta(seconds=60), next_due_at=None
    )
    return lane, token
