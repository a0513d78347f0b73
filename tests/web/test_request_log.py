"""One line a request, by route and ids, never by the address as it came."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.integrations import ApiKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import MemberFactory
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order
from tests.webhooks.owners import store_of

pytestmark = pytest.mark.django_db
LOGGER = "backoffice.web.request_log"


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == LOGGER]


@pytest.fixture(autouse=True)
def _hear(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)


def test_a_page_of_a_store(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    store = LicensedStoreFactory.create()
    client.force_login(MemberFactory.create(owner=True, organization=store.organization).user)
    url = reverse("webhooks:deliveries", args=[store.organization.slug, store.code])
    response = client.get(url, {"order": "canary"})
    assert response.status_code == 200
    record = lines(caplog)[-1]
    assert record.__dict__["route"].startswith("o/<slug:organization>/s/<slug:store>/")
    assert record.__dict__["store_id"] == store.public_id
    assert record.__dict__["organization_id"] == str(store.organization_id)
    assert record.__dict__["status"] == 200
    assert record.__dict__["duration_ms"] > 0
    assert "canary" not in record.getMessage()


def test_a_posted_order_is_found_by_its_event(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    key = ApiKeyFactory.create()
    response = client.post(
        "/api/v1/orders",
        {"type": "order.closed", "order": smallest_order()},
        content_type="application/json",
        headers={"apikey": text_of(key)},
    )
    assert response.status_code == 202
    (record,) = lines(caplog)
    assert record.__dict__["store_id"] == store_of(key).public_id
    assert record.__dict__["event_id"] == response.json()["event"]["id"]
    assert text_of(key) not in repr(record.__dict__)


def test_an_address_that_may_hold_a_secret_is_not_written(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/accounts/password/reset/key/1-canary/")
    client.get("/nowhere/canary?token=canary")
    reset, nowhere = lines(caplog)
    assert "canary" not in reset.getMessage() + nowhere.getMessage()
    assert nowhere.getMessage().startswith("GET (no such address): 404 in")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/static/css/theme.css"])
def test_what_machines_ask_for_is_quiet(client: Client, caplog: pytest.LogCaptureFixture, path: str) -> None:
    client.get(path).close()
    assert lines(caplog) == []
