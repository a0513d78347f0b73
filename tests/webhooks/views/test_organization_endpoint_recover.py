"""Sending again what an endpoint that several stores share has missed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import EndpointFactory, OrderEventFactory
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


@pytest.fixture
def shared(store: Store) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=None, organization=store.organization, every_store=True)
    return made


def test_it_counts_and_sends_what_every_store_missed(admin: Client, store: Store, shared: Endpoint, url: Url) -> None:
    sibling = LicensedStoreFactory.create(organization=store.organization)
    for each in (store, sibling, LicensedStoreFactory.create()):
        OrderEventFactory.create(store=each)
    place = url("organization_endpoint_recover", shared.public_id)
    assert "By the clock of UTC." in admin.get(place).text
    since = (timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert "2 order events would be sent again" in admin.get(place, {"since": since}).text
    part = admin.get(place, {"since": since}, headers={"HX-Request": "true"}).text
    assert ("2 order events would be sent again" in part, "<html" in part) == (True, False)
    answer = admin.post(place, {"since": since})
    assert answer["Location"] == url("organization_endpoint", shared.public_id)
    assert {row.store for row in Delivery.objects.all()} == {store, sibling}


def test_what_is_to_come_cannot_be_recovered(admin: Client, shared: Endpoint, url: Url) -> None:
    since = (timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    for ask in (admin.get, admin.post):
        answer = ask(url("organization_endpoint_recover", shared.public_id), {"since": since})
        assert answer.status_code == 422
    assert not Delivery.objects.exists()


def test_a_paused_one_is_told_of(admin: Client, store: Store, shared: Endpoint, url: Url) -> None:
    Endpoint.objects.update(state="paused")
    since = (timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    page = admin.post(url("organization_endpoint_recover", shared.public_id), {"since": since}, follow=True).text
    assert "Resume it first." in page
