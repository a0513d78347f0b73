"""Editing an endpoint that several stores share."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from webhooks import endpoints
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db

Url = Callable[..., str]


def test_url_and_stores_are_changed(admin: Client, store: Store, url: Url) -> None:
    found, _secret = endpoints.create(
        organization=store.organization,
        wishes=Wishes(url="https://hooks.example.com/1", event_types=["order.closed"]),
        by=None,
    )
    place = url("organization_endpoint_edit", found.public_id)
    assert admin.get(place).context["stores_form"]["where"].value() == "every"
    sent = {
        "url": "https://hooks.example.com/2",
        "events": ["order.closed"],
        "timeout_seconds": "15",
        "max_in_flight": "4",
        "rate_per_second": "20",
        "fifo": "on",
        "version": str(found.version),
        "where": "chosen",
        "codes": store.code,
    }
    answer = admin.post(place, sent)
    assert (answer.status_code, answer["Location"]) == (303, url("organization_endpoint", found.public_id))
    found.refresh_from_db()
    assert (found.url, found.every_store) == ("https://hooks.example.com/2", False)
    assert (found.max_in_flight, found.rate_per_second, found.fifo) == (4, 20, True)
    assert list(found.chosen_stores.all()) == [store]
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"endpoint.updated", "endpoint.stores_changed"}
    stale = admin.post(place, {**sent, "url": "https://hooks.example.com/3"})
    assert stale.status_code == 409
    found.refresh_from_db()
    assert found.url == "https://hooks.example.com/2"
