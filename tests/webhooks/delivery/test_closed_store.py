"""What waits for a store that is closed is parked, and goes out once the store is open again and has a license."""

import time
from collections.abc import Callable

import pytest

from licensing.assignments import assign
from licensing.closing import close_store, reopen_store
from licensing.models import License
from tests.webhooks.delivery.conftest import store_event
from tests.webhooks.delivery.test_switched_off import FORGOTTEN_SECONDS
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_waits_for_the_store(make_endpoint: Callable[..., Endpoint], run_until_idle: Callable[[], None]) -> None:
    endpoint = make_endpoint("ok/1")
    assert endpoint.store is not None
    close_store(store=endpoint.store, by=None)
    event = store_event(endpoint)
    run_until_idle()
    delivery = Delivery.objects.get(event=event)
    assert (delivery.state, delivery.last_error, delivery.attempt_count) == ("parked", "unlicensed", 0)

    reopen_store(store=endpoint.store, by=None)
    run_until_idle()
    delivery.refresh_from_db()
    assert delivery.state == "parked"

    time.sleep(FORGOTTEN_SECONDS)
    license = License.objects.get(organization=endpoint.store.organization)
    assign(license=license, stores=[endpoint.store], by=None)
    run_until_idle()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("delivered", "")
