"""Orders for a provider that support switched off wait, and leave once it is on again; others do not notice."""

import time
from collections.abc import Callable

import pytest

from integrations.listings import listings, save_listing
from tests.factories.integrations import IntegrationFactory
from tests.webhooks.delivery.conftest import store_event
from webhooks.models import Delivery, Endpoint
from webhooks.parking import Forgotten

pytestmark = pytest.mark.django_db(transaction=True)

#: What the engine remembers of providers is older then.
FORGOTTEN_SECONDS = 1.1


def switch(slug: str, *, on: bool) -> None:
    listing = listings()[slug]
    listing.enabled = on
    save_listing(listing=listing, by=None)


def test_orders_wait_and_leave_when_it_is_on_again(
    make_endpoint: Callable[..., Endpoint], run_until_idle: Callable[[], None]
) -> None:
    endpoint, own = make_endpoint("ok/1"), make_endpoint("ok/2")
    integration = IntegrationFactory.create(
        store=endpoint.store, setting_values={"url": endpoint.url, "events": ["close"]}
    )
    Endpoint.objects.filter(pk=endpoint.pk).update(integration=integration)
    switch("custom-webhook", on=False)
    waiting, other = store_event(endpoint), store_event(own)
    run_until_idle()
    delivery = Delivery.objects.get(event=waiting)
    assert (delivery.state, delivery.last_error) == ("parked", "provider_not_available")
    assert "is not available now" in delivery.last_error_detail
    assert Delivery.objects.get(event=other).state == "delivered"
    assert Forgotten().unpark() == 0

    time.sleep(FORGOTTEN_SECONDS)
    switch("custom-webhook", on=True)
    run_until_idle()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("delivered", "")
