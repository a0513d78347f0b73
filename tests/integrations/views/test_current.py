"""Current Integrations: rows, statuses in words, and the switch to the deactivated ones."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Store
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


def test_a_row_has_its_status_and_its_actions(owner: Client, store: Store, address: Address) -> None:
    integration = IntegrationFactory.create(store=store)
    page = owner.get(address("current")).text
    assert "+ Add New Integration" in page
    assert "Needs setup" in page
    assert "Still missing: Endpoint URL." in page
    assert "Configure Custom webhook" in page
    assert "Delete Custom webhook" in page
    assert address("configure", integration=integration.public_id) in page
    assert address("deactivate", integration=integration.public_id) in page
    assert 'data-dialog="deactivate"' in page
    assert '<dialog class="dialog dialog-danger" id="deactivate"' in page


def test_a_failing_row_says_why_and_where_to_fix_it(owner: Client, store: Store, address: Address) -> None:
    IntegrationFactory.create(
        store=store,
        setting_values={"url": "https://a.example.com/", "events": ["close"]},
        settings_saved_at=timezone.now(),
        last_error="The endpoint answered 401.",
        failing_since=timezone.now(),
    )
    page = owner.get(address("current")).text
    assert "Failing" in page
    assert "The endpoint answered 401." in page
    assert "Fix…" in page


def test_active_switches_to_deactivated_and_back(owner: Client, store: Store, address: Address) -> None:
    IntegrationFactory.create(store=store, provider_slug="custom-webhook")
    gone = IntegrationFactory.create(store=store, deactivated=True, slot=1)
    active = owner.get(address("current"))
    assert gone.public_id not in active.text
    assert f'href="{address("current")}?show=deactivated"' in active.text
    deactivated = owner.get(address("current") + "?show=deactivated")
    assert [row.integration for row in deactivated.context["rows"]] == [gone]
    assert "Deactivated Integrations</h1>" in "".join(deactivated.text.split("\n")).replace("  ", "")
    assert "Yes, Activate" in deactivated.text
    assert address("activate", integration=gone.public_id) in deactivated.text
    assert '<dialog class="dialog" id="activate"' in deactivated.text


def test_empty_pages_say_what_appears_here(owner: Client, address: Address) -> None:
    assert "No integrations yet" in owner.get(address("current")).text
    assert "Nothing is deactivated" in owner.get(address("current") + "?show=deactivated").text


def test_three_hundred_come_by_pages_and_are_found_by_name(owner: Client, store: Store, address: Address) -> None:
    IntegrationFactory.create(store=store, provider_slug="slack")
    for slot in range(60):
        IntegrationFactory.create(store=store, slot=slot)
    first = owner.get(address("current"))
    assert len(first.context["rows"]) == 20
    assert "Next" in first.text
    assert "Slack" not in first.text
    found = owner.get(address("current") + "?q=messaging+SLA")
    assert [str(row.name) for row in found.context["rows"]] == ["Slack"]
    nothing = owner.get(address("current") + "?q=nothing-like-it")
    assert "No integration matches" in nothing.text
    assert "Clear filters" in nothing.text


def test_who_may_not_add_is_told_whom_to_ask(
    people: Personas, signed_in: Callable[..., Client], address: Address
) -> None:
    page = signed_in(people.viewer).get(address("current")).text
    assert 'data-empty="no-permission"' in page
    assert "ask the store's owner" in page.replace("&#x27;", "'")
    assert address("catalog") in page


def test_a_failing_rows_fix_leads_to_its_action(owner: Client, store: Store, address: Address) -> None:
    saved = {
        "settings_saved_at": timezone.now(),
        "setting_values": {"url": "https://a.example.com/", "events": ["close"]},
    }
    failing = IntegrationFactory.create(
        store=store, failing_since=timezone.now(), last_error="The shop answered 401.", **saved
    )
    page = owner.get(address("current")).text
    assert "Failing since" in page
    assert "The shop answered 401." in page
    assert f'href="{address("configure", integration=failing.public_id)}?tab=action"' in page


def test_a_provider_that_left_the_catalog_can_still_be_deleted(owner: Client, store: Store, address: Address) -> None:
    IntegrationFactory.create(store=store, provider_slug="gone")
    page = owner.get(address("current")).text
    assert "no longer offered" in page
    assert "Delete gone" in page
    assert "Configure gone" not in page


def test_another_stores_integrations_are_not_listed(owner: Client, address: Address) -> None:
    IntegrationFactory.create()
    assert owner.get(address("current")).context["rows"] == []


def test_a_viewer_reads_only(
    people: Personas, store: Store, signed_in: Callable[..., Client], address: Address
) -> None:
    integration = IntegrationFactory.create(store=store)
    page = signed_in(people.viewer).get(address("current"))
    assert page.status_code == 200
    assert address("deactivate", integration=integration.public_id) not in page.text
    assert signed_in(people.stranger).get(address("current")).status_code == 404


def test_an_unlicensed_store_is_led_to_upgrade(owner: Client, store: Store, address: Address) -> None:
    Assignment.objects.all().delete()
    answer = owner.get(address("current"))
    assert answer["Location"] == reverse("licensing:upgrade", args=[store.organization.slug, store.code])
