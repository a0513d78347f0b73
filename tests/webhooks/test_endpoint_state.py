"""What an endpoint's page says of its state."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.integrations import IntegrationFactory
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks.endpoint_state import endpoint_state
from webhooks.models import Endpoint, Lane

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint() -> Endpoint:
    made: Endpoint = EndpointFactory.create()
    return made


def test_a_confirmed_one_that_fares_well_has_nothing_to_say(endpoint: Endpoint) -> None:
    endpoint.confirmed_at = timezone.now()
    state = endpoint_state(endpoint)
    assert (state.unconfirmed, state.failing_since, state.next_try, state.recovery) == ("", None, None, None)


def test_why_it_is_not_confirmed(endpoint: Endpoint) -> None:
    assert endpoint_state(endpoint).unconfirmed == "Nothing was sent to this URL yet."
    sent = DeliveryFactory.create(endpoint=endpoint, event__store=endpoint.store)
    assert "on its way" in endpoint_state(endpoint).unconfirmed
    sent.attempt_count, sent.last_status = 1, 404
    sent.save()
    assert "404" in endpoint_state(endpoint).unconfirmed
    sent.state, sent.due_at, sent.last_error = "parked", None, "endpoint_paused"
    sent.save()
    assert endpoint_state(endpoint).unconfirmed == "The endpoint is paused. Resume it and this is sent."


def test_nothing_is_said_of_an_integrations_endpoint() -> None:
    integration = IntegrationFactory.create()
    brought = EndpointFactory.create(store=integration.store, integration=integration)
    assert endpoint_state(brought).unconfirmed == ""


def test_the_next_try_is_the_first_due_or_the_end_of_what_holds_the_lane(endpoint: Endpoint) -> None:
    now = timezone.now()
    since, later, latest = now - timedelta(hours=1), now + timedelta(minutes=5), now + timedelta(hours=1)
    Lane.objects.filter(endpoint=endpoint).update(failing_since=since)
    assert endpoint_state(endpoint).next_try is None
    for due in (latest, later):
        DeliveryFactory.create(endpoint=endpoint, event__store=endpoint.store, attempt_count=1, due_at=due)
    state = endpoint_state(endpoint)
    assert (state.failing_since, state.next_try) == (since, later)
    until = now + timedelta(minutes=20)
    Lane.objects.filter(endpoint=endpoint).update(open_until=until)
    assert endpoint_state(endpoint).next_try == until
    endpoint.state = "paused"
    assert endpoint_state(endpoint).next_try is None
