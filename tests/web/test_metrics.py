"""Who may read the metrics, and that many readers cost the database no more than one."""

from collections.abc import Iterator

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from backoffice.web import metrics as module

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-scraper"


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    module.text.forget()
    yield
    module.text.forget()


def test_open_in_tests_and_readable_by_prometheus(client: Client) -> None:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    names = [family.name for family in text_string_to_metric_families(response.text)]
    assert "backoffice_deliveries" in names
    assert len(names) == len(set(names))


def test_absent_in_production_without_a_token(client: Client, settings: Settings) -> None:
    settings.PRODUCTION = True
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("production", [True, False])
def test_a_token_that_is_set_is_needed_everywhere(client: Client, settings: Settings, production: bool) -> None:
    settings.PRODUCTION, settings.METRICS_TOKEN = production, TOKEN
    refused = client.get("/metrics")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    for wrong in (f"Bearer {TOKEN}x", "Bearer", f"Basic {TOKEN}", "Bearer é", TOKEN):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


def test_the_next_scraper_costs_no_query(client: Client, django_assert_num_queries: object) -> None:
    first = client.get("/metrics").content
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/metrics").content == first


def test_nothing_is_posted_there(client: Client) -> None:
    assert client.post("/metrics").status_code == 405
