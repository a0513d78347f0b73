"""Open Order and 3rd Order: two switches, one event, and the same answer from ingest, a recovery and the pages."""

import json
from datetime import timedelta
from itertools import chain, combinations

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.webhooks import EndpointFactory, OrderEventFactory
from tests.webhooks.orders import smallest_order
from webhooks import recovery
from webhooks.canonical.order import Order
from webhooks.event_types import Channel
from webhooks.ingest import Post, ingest
from webhooks.models import Delivery, Endpoint
from webhooks.opened_orders import SWITCHES, as_stored, left_out, switched_on

EVERY = [set(some) for some in chain.from_iterable(combinations(SWITCHES, size) for size in range(len(SWITCHES) + 1))]


def test_they_are_the_product_familys_in_its_order() -> None:
    assert SWITCHES[:4] == ("order.opened", "order.opened:pos", "order.updated", "order.closed")


@given(st.sampled_from(EVERY))
def test_what_is_stored_says_which_were_on(switches: set[str]) -> None:
    assert switched_on(*as_stored(switches)) == switches


@pytest.mark.parametrize("channels", [[], ["pos"], ["online"], ["pos", "online"]])
@pytest.mark.parametrize("channel", [each.value for each in Channel])
@pytest.mark.parametrize("switch", ["order.opened", "order.opened:pos", "order.closed"])
@pytest.mark.django_db
def test_ingest_and_recovery_send_what_the_switch_asks_for(switch: str, channel: str, channels: list[str]) -> None:
    events, opened_from = as_stored({switch})
    endpoint: Endpoint = EndpointFactory.create(event_types=events, opened_from=opened_from, channels=channels)
    store = endpoint.store
    assert store is not None
    kind = switch.partition(":")[0]
    order = smallest_order(channel=channel)
    of_the_switch = kind == "order.closed" or (channel == "pos") == (switch == "order.opened:pos")
    wanted = int(of_the_switch and (not channels or channel in channels))
    if wanted:
        assert not left_out(switch, channels)
    answer = ingest(store=store, api_key=None, post=Post(kind, Order.model_validate(order), json.dumps(order)))
    assert answer.content["deliveries"] == wanted
    Delivery.objects.all().delete()
    assert recovery.preview(endpoint, since=timezone.now() - timedelta(hours=1)).missing == wanted


@pytest.mark.django_db
def test_an_order_that_names_no_channel_is_sent_either_way() -> None:
    for opened_from in ("pos", "elsewhere", "anywhere"):
        endpoint = EndpointFactory.create(event_types=["order.opened"], opened_from=opened_from)
        OrderEventFactory.create(store=endpoint.store, type="order.opened", channel="")
        assert recovery.preview(endpoint, since=timezone.now() - timedelta(hours=1)).missing == 1
