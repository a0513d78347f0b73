"""How an integration stands, from what is stored of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Integration, IntegrationSecret
from integrations.status import Status, row_of
from tests.factories.integrations import IntegrationFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
SET_UP = {
    "setting_values": {"url": "https://a.example.com/", "events": ["close"], "header_name": ""},
    "settings_saved_at": NOW,
}


def made(**fields: object) -> Integration:
    return IntegrationFactory.create(**fields)


def test_just_added_needs_setup_and_says_what_is_missing() -> None:
    row = row_of(made(), licensed=True)
    assert row.status is Status.NEEDS_SETUP
    assert row.advice == "Still missing: Endpoint URL, Events to send."


def test_set_up_is_connected() -> None:
    assert row_of(made(**SET_UP), licensed=True).status is Status.CONNECTED


def test_an_optional_secret_is_not_missed() -> None:
    integration = made(**SET_UP)
    assert not IntegrationSecret.objects.exists()
    assert row_of(integration, licensed=True).advice == ""


@pytest.mark.parametrize(
    ("error_ago", "success_ago", "status"),
    [(1, None, Status.FAILING), (1, 2, Status.FAILING), (2, 1, Status.CONNECTED), (None, 1, Status.CONNECTED)],
)
def test_failing_is_a_failure_after_the_last_success(
    error_ago: int | None, success_ago: int | None, status: Status
) -> None:
    integration = made(
        **SET_UP,
        last_error="The endpoint answered 500.",
        last_error_at=error_ago and NOW - timedelta(hours=error_ago),
        last_success_at=success_ago and NOW - timedelta(hours=success_ago),
    )
    row = row_of(integration, licensed=True)
    assert row.status is status
    assert row.advice == ("The endpoint answered 500." if status is Status.FAILING else "")


def test_without_a_license_it_is_suspended() -> None:
    assert row_of(made(**SET_UP), licensed=False).status is Status.SUSPENDED


def test_a_provider_that_left_the_catalog_is_suspended_under_its_slug() -> None:
    row = row_of(made(provider_slug="gone"), licensed=True)
    assert (row.status, row.name, row.provider) == (Status.SUSPENDED, "gone", None)


def test_deactivated_comes_before_everything() -> None:
    assert row_of(made(deactivated=True), licensed=False).status is Status.DEACTIVATED
