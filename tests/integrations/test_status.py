"""How an integration stands, from what is stored of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Integration, IntegrationSecret
from integrations.order_health import OrderHealth
from integrations.status import Fix, Status, row_of
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
    assert row.advice == "Still missing: Endpoint URL."


@pytest.mark.parametrize(
    ("slug", "missing"),
    [
        ("vendure", "Still missing: Admin API address, API key."),
        ("slack", "Still missing: Webhook URL."),
        ("puc", "Still missing: Service address, API key, Site code, Cabinets."),
    ],
)
def test_what_has_a_default_is_not_told_to_be_missing_beside_what_has_none(slug: str, missing: str) -> None:
    assert row_of(made(provider_slug=slug), licensed=True).advice == missing


def test_set_up_is_connected() -> None:
    assert row_of(made(**SET_UP), licensed=True).status is Status.CONNECTED


def test_an_optional_secret_is_not_missed() -> None:
    integration = made(**SET_UP)
    assert not IntegrationSecret.objects.exists()
    assert row_of(integration, licensed=True).advice == ""


def test_failing_actions_say_their_words_and_lead_to_their_tab() -> None:
    since = NOW - timedelta(hours=2)
    row = row_of(made(**SET_UP, failing_since=since, last_error="The endpoint answered 500."), licensed=True)
    assert (row.status, row.advice, row.fix, row.failing_since) == (
        Status.FAILING,
        "The endpoint answered 500.",
        Fix.ACTION,
        since,
    )


def test_failing_orders_say_theirs_and_the_newest_success_counts() -> None:
    since, hour = NOW - timedelta(minutes=3), NOW - timedelta(hours=1)
    orders = OrderHealth(since, "The receiver answered 401.", hour)
    integration = made(**SET_UP, last_success_at=NOW - timedelta(days=1))
    row = row_of(integration, licensed=True, orders=orders)
    assert (row.status, row.advice, row.fix) == (Status.FAILING, "The receiver answered 401.", Fix.ORDERS)
    assert (row.failing_since, row.last_success_at) == (since, hour)


def test_paused_orders_are_no_failure_and_are_mentioned() -> None:
    row = row_of(made(**SET_UP), licensed=True, orders=OrderHealth(paused=True))
    assert row.status is Status.CONNECTED
    assert "paused" in row.advice


def test_without_a_license_it_is_suspended() -> None:
    assert row_of(made(**SET_UP), licensed=False).status is Status.SUSPENDED


def test_a_provider_that_left_the_catalog_is_suspended_under_its_slug() -> None:
    row = row_of(made(provider_slug="gone"), licensed=True)
    assert (row.status, row.name, row.provider) == (Status.SUSPENDED, "gone", None)


def test_deactivated_comes_before_everything() -> None:
    assert row_of(made(deactivated=True), licensed=False).status is Status.DEACTIVATED
