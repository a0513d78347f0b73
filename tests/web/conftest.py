"""The gallery: pages of the tests' own that show every component, so that the plumbing is tested without an app."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories.accounts import UserFactory

TEMPLATES = Path(__file__).resolve().parent / "gallery" / "templates"


@pytest.fixture
def gallery(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.web.gallery.urls"
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], TEMPLATES]}]


@pytest.fixture
def signed_in(db: None, gallery: None) -> Client:
    client = Client()
    client.force_login(UserFactory.create(email="mia@example.com"))
    return client
