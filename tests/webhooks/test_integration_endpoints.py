"""An integration that takes orders brings its endpoint, and takes it along through every change."""

from typing import Any

import pytest

from backoffice.tenancy.models import Store
from integrations import actions
from integrations.catalog import provider
from integrations.models import Integration
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.factories.webhooks import DeliveryFactory, OrderEventFactory
from webhooks import endpoints, outbox
from webhooks.models import Delivery, Endpoint, OrderEvent

pytestmark = pytest.mark.django_db

WEBHOOK = provider("custom-webhook")
URL = "https://hooks.example.com/orders"


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


@pytest.fixture
def integration(store: Store) -> Integration:
    user = MemberFactory.create(owner=True, organization=store.organization).user
    return actions.add(store=store, provider=WEBHOOK, by=user, address=None)


def save(integration: Integration, **changes: Any) -> Integration:
    integration = Integration.objects.get(pk=integration.pk)
    values = {"url": URL, "header_name": "", "events": ["close", "open"], **changes}
    return actions.save_settings(
        integration=integration, values=values, secrets={}, version=integration.version, by=None
    )


def deliveries(store: Store, **fields: Any) -> int:
    event: OrderEvent = OrderEventFactory.create(store=store, **fields)
    return outbox.add([event], store=store)[event.pk]


def test_there_is_no_endpoint_before_the_first_save(integration: Integration) -> None:
    assert not Endpoint.objects.exists()


def test_the_first_save_makes_it_with_a_lane_and_a_signing_key(integration: Integration, store: Store) -> None:
    save(integration)
    endpoint = Endpoint.objects.get()
    assert (endpoint.integration, endpoint.store, endpoint.url) == (integration, store, URL)
    assert endpoint.description == "Custom webhook"
    assert endpoint.event_types == ["order.closed", "order.opened"]
    assert endpoint.lanes.count() == endpoint.signing_keys.count() == 1
    assert deliveries(store, type="order.closed") == 1
    assert deliveries(store, type="order.voided") == 0


def test_later_saves_keep_the_endpoint_its_key_and_its_other_choices(integration: Integration) -> None:
    save(integration)
    before = Endpoint.objects.get()
    Endpoint.objects.update(channels=["online"], accepts_test_events=True)
    save(integration, url="https://other.example.com/", events=["void"])
    after = Endpoint.objects.get()
    assert (after.pk, after.url, after.event_types) == (before.pk, "https://other.example.com/", ["order.voided"])
    assert (after.channels, after.accepts_test_events) == (["online"], True)
    assert after.signing_keys.get() == before.signing_keys.get()
    assert after.version > before.version


def test_what_comes_while_it_is_deactivated_is_kept_and_due_once_it_is_active(
    integration: Integration, store: Store
) -> None:
    save(integration)
    actions.deactivate(integration=integration, by=None)
    assert deliveries(store) == 1
    parked = Delivery.objects.get()
    assert (parked.state, parked.last_error) == (Delivery.State.PARKED, "integration_deactivated")
    actions.activate(integration=integration, provider=WEBHOOK, by=None)
    parked.refresh_from_db()
    assert (parked.state, parked.last_error) == (Delivery.State.DUE, "")
    assert deliveries(store) == 1


def test_what_was_parked_meanwhile_is_due_once_it_is_active(integration: Integration) -> None:
    save(integration)
    endpoint = Endpoint.objects.get()
    actions.deactivate(integration=integration, by=None)
    parked = DeliveryFactory.create(
        endpoint=endpoint, event__store=endpoint.store, state=Delivery.State.PARKED, due_at=None
    )
    actions.activate(integration=integration, provider=WEBHOOK, by=None)
    parked.refresh_from_db()
    assert parked.state == Delivery.State.DUE


def test_a_pause_that_someone_chose_outlives_saves_and_activation(integration: Integration) -> None:
    save(integration)
    endpoints.pause(endpoint=Endpoint.objects.get(), by=None)
    save(integration, events=["void"])
    actions.deactivate(integration=integration, by=None)
    actions.activate(integration=integration, provider=WEBHOOK, by=None)
    assert Endpoint.objects.get().state == Endpoint.State.PAUSED


def test_an_endpoint_that_was_deleted_is_made_anew(integration: Integration) -> None:
    save(integration)
    first = Endpoint.objects.get()
    endpoints.delete(endpoint=first, by=None)
    save(integration)
    assert Endpoint.objects.listed().get() != first


def test_a_provider_without_orders_has_no_endpoint(integration: Integration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(WEBHOOK), "order_events", ())
    save(integration)
    assert not Endpoint.objects.exists()
