"""Alive needs nothing; ready needs database and broker."""

import pytest
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.usefixtures("gallery")


def test_healthz_asks_nobody(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert response.json() == {"status": "ready", "problems": {}}
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_broker_down(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = "redis://user:hunter2@127.0.0.1:1/0"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert list(response.json()["problems"]) == ["broker"]
    assert "hunter2" not in response.text


@pytest.mark.django_db
def test_database_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections["default"].settings_dict, "PORT", "1")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert list(response.json()["problems"]) == ["database"]
