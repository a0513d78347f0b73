"""The Order Webhook page: the store's endpoints, its own first, then those of each integration."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import Store
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks.endpoint_rows import endpoint_rows
from webhooks.models import HourlyFigures, Lane

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


def test_an_endpoint_shows_url_events_state_figures_and_last_delivery(
    owner: Client, people: Personas, signed_in: Callable[..., Client], store: Store, address: Address
) -> None:
    endpoint = EndpointFactory.create(
        store=store, url="https://hooks.example.com/kitchen", event_types=["order.closed"], channels=["pos"]
    )
    HourlyFigures.objects.create(endpoint=endpoint, hour=_this_hour(), succeeded=199, failed=1)
    delivery = DeliveryFactory.create(exhausted=True, endpoint=endpoint, event__store=store)
    page = owner.get(address("endpoints")).text
    for words in ("Order Webhook", "https://hooks.example.com/kitchen", "Close Order", "order.closed", "Point of sale"):
        assert words in page
    for words in ("Enabled", "99 %", "500", "Send test", "Pause"):
        assert words in page
    assert page.count('aria-checked="true"') == 1
    assert page.count('aria-checked="false"') == 6
    viewed = signed_in(people.viewer).get(address("endpoints")).text
    assert "Close Order" in viewed
    assert "Open Order" not in viewed
    assert address("delivery", delivery=delivery.public_id) in page


def _this_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


def test_why_it_is_off_and_why_it_rests(owner: Client, store: Store, address: Address) -> None:
    EndpointFactory.create(store=store, disabled=True)
    failing = EndpointFactory.create(store=store)
    Lane.objects.filter(endpoint=failing).update(open_until=timezone.now() + timedelta(minutes=11))
    page = owner.get(address("endpoints")).text
    assert "Switched off" in page
    assert "The receiver answered 410." in page
    assert "calls rest" in page
    assert "Resume" in page


def test_endpoints_of_an_integration_stand_under_its_name_and_lead_to_its_configuration(
    owner: Client, store: Store, address: Address
) -> None:
    integration = IntegrationFactory.create(store=store)
    brought = EndpointFactory.create(store=store, integration=integration)
    page = owner.get(address("endpoints")).text
    place = [store.organization.slug, store.code, integration.public_id]
    assert "Custom webhook" in page
    assert reverse("integrations:configure", args=place) in page
    assert address("endpoint_pause", endpoint=brought.public_id) in page
    assert address("endpoint_edit", endpoint=brought.public_id) not in page


def test_an_integration_that_takes_orders_and_is_not_set_up_stands_there_too(
    owner: Client, store: Store, address: Address
) -> None:
    integration = IntegrationFactory.create(store=store)
    IntegrationFactory.create(store=store, provider_slug="wix")
    page = owner.get(address("endpoints")).text
    assert "Not set up yet." in page
    assert integration.public_id in page
    assert "Wix" not in page, "it takes no orders"
    integration.deactivated_at = timezone.now()
    integration.save()
    assert "No endpoint yet" in owner.get(address("endpoints")).text


def test_an_endpoint_of_a_deactivated_integration_says_that_orders_wait(
    owner: Client, store: Store, address: Address
) -> None:
    integration = IntegrationFactory.create(store=store, deactivated_at=timezone.now())
    EndpointFactory.create(store=store, integration=integration)
    page = owner.get(address("endpoints")).text
    assert "Deactivated" in page
    assert "Its integration is deactivated." in page


@pytest.mark.parametrize(
    ("opened_from", "channels", "on", "left_out"),
    [
        ("anywhere", [], {"Open Order", "3rd Order"}, set()),
        ("pos", [], {"3rd Order"}, set()),
        ("elsewhere", [], {"Open Order"}, set()),
        ("anywhere", ["online", "pos"], {"Open Order", "3rd Order"}, set()),
        ("anywhere", ["online"], {"Open Order", "3rd Order"}, {"3rd Order"}),
        ("anywhere", ["pos"], {"Open Order", "3rd Order"}, {"Open Order"}),
    ],
)
def test_open_and_third_orders_have_a_switch_each(
    store: Store, opened_from: str, channels: list[str], on: set[str], left_out: set[str]
) -> None:
    """An endpoint's channels may leave out what a switch asks for: then it says so."""
    endpoint = EndpointFactory.create(
        store=store, event_types=["order.opened"], opened_from=opened_from, channels=channels
    )
    switches = endpoint_rows([endpoint])[0].switches
    assert [str(each.words.name) for each in switches] == [
        "Open Order", "3rd Order", "Update Order", "Close Order", "Void Order", "Refund Order", "Order Status",
    ]  # fmt: skip
    assert {str(each.words.name) for each in switches if each.on} == on
    assert {str(each.words.name) for each in switches if each.note} == left_out


def test_what_its_channels_leave_out_is_said_on_the_page(owner: Client, store: Store, address: Address) -> None:
    EndpointFactory.create(store=store, event_types=["order.opened"], channels=["online"])
    page = owner.get(address("endpoints")).text
    assert page.count("left out by its channels") == 1


def test_deleted_and_foreign_endpoints_are_not_listed(owner: Client, store: Store, address: Address) -> None:
    deleted = EndpointFactory.create(store=store, deleted_at=timezone.now())
    foreign = EndpointFactory.create()
    page = owner.get(address("endpoints")).text
    assert deleted.public_id not in page
    assert foreign.public_id not in page
    assert "No endpoint yet" in page


def test_a_viewer_sees_and_has_no_buttons(
    people: Personas, signed_in: Callable[..., Client], store: Store, address: Address
) -> None:
    EndpointFactory.create(store=store)
    page = signed_in(people.viewer).get(address("endpoints")).text
    for words in ("Send test", "Pause", "Add endpoint"):
        assert words not in page


def test_a_viewer_of_an_empty_page_is_told_whom_to_ask(
    people: Personas, signed_in: Callable[..., Client], address: Address
) -> None:
    page = signed_in(people.viewer).get(address("endpoints")).text
    assert "Ask a store owner to add one." in page
    assert address("endpoint_add") not in page


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    assert signed_in(people.stranger).get(address("endpoints")).status_code == 404
    assert signed_in(people.owner).post(address("endpoints")).status_code == 405


def test_an_unlicensed_store_is_led_to_upgrade(owner: Client, address: Address) -> None:
    Assignment.objects.all().delete()
    assert "/upgrade/" in owner.get(address("endpoints"))["Location"]
