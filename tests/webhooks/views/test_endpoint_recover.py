"""The Recover page: counted by the store's clock, sent again on request."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from tests.factories.tenancy import Personas
from tests.factories.webhooks import DeliveryFactory, EndpointFactory, OrderEventFactory
from webhooks import recovery
from webhooks.models import Delivery, Endpoint, Recovery

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def endpoint(store: Store) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=store)
    DeliveryFactory.create(exhausted=True, endpoint=made, event__store=store)
    OrderEventFactory.create(store=store)
    return made


@pytest.fixture
def url(endpoint: Endpoint, address: Address) -> str:
    return address("endpoint_recover", endpoint=endpoint.public_id)


def typed(store: Store, ago: timedelta) -> str:
    """What a person at the store types for that moment."""
    return (timezone.now() - ago).astimezone(ZoneInfo(store.timezone)).strftime("%Y-%m-%dT%H:%M")


def test_it_proposes_a_day_and_counts_nothing_unasked(owner: Client, url: str, store: Store) -> None:
    page = owner.get(url).text
    assert typed(store, timedelta(days=1))[:13] in page
    assert "By the clock of America/New_York." in page
    assert "Send again" not in page


def test_it_counts_by_the_stores_clock(owner: Client, url: str, store: Store) -> None:
    page = owner.get(url, {"since": typed(store, timedelta(minutes=2))}).text
    assert "2 order events would be sent again" in page
    assert not Delivery.objects.filter(state="due").exists()
    part = owner.get(url, {"since": typed(store, timedelta(hours=2))}, headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<div id="recover-count"')


def test_it_sends_again(owner: Client, url: str, store: Store, endpoint: Endpoint, address: Address) -> None:
    answer = owner.post(url, {"since": typed(store, timedelta(hours=1))})
    shown = address("endpoint", endpoint=endpoint.public_id)
    assert (answer.status_code, answer["Location"]) == (303, shown)
    assert "2 order events are sent again." in owner.get(shown).text
    assert Delivery.objects.filter(endpoint=endpoint, state="due").count() == 2
    owner.post(url, {"since": typed(store, timedelta(hours=1))})
    assert "Nothing was missed, or all of it is on its way already." in owner.get(shown).text
    assert "Nothing was missed" in owner.get(url, {"since": typed(store, timedelta(hours=1))}).text


def test_a_large_one_is_shown_while_it_goes_on(
    owner: Client, url: str, store: Store, endpoint: Endpoint, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "EVENTS_AT_A_TIME", 1)
    owner.post(url, {"since": typed(store, timedelta(hours=1))})
    assert "1 order events so far" in owner.get(address("endpoint", endpoint=endpoint.public_id)).text


@pytest.mark.parametrize("since", ["", "soon", "2999-01-01T00:00"])
def test_what_is_no_time_gone_by_is_422(owner: Client, url: str, since: str) -> None:
    assert owner.get(url, {"since": since}).status_code == 422
    assert owner.post(url, {"since": since}).status_code == 422
    assert not Recovery.objects.exists()


def test_a_paused_endpoint_says_what_to_do(owner: Client, url: str, store: Store, endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(state="paused")
    page = owner.get(url, {"since": typed(store, timedelta(hours=1))}).text
    assert "Resume it first" in page
    assert "Send again" not in page
    assert owner.post(url, {"since": typed(store, timedelta(hours=1))}).status_code == 303
    assert not Recovery.objects.exists()


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    assert signed_in(people.viewer).get(url).status_code == 403
    assert signed_in(people.stranger).get(url).status_code == 404
    assert signed_in(people.enterprise_admin).get(url).status_code == 200
