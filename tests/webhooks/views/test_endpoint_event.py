"""One event of one endpoint, on or off: by button, by script, and never the last one off."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas
from tests.factories.webhooks import EndpointFactory
from webhooks.models import Endpoint

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def endpoint(store: Store) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=store, event_types=["order.closed"])
    return made


@pytest.fixture
def url(endpoint: Endpoint, address: Address) -> str:
    return address("endpoint_event", endpoint=endpoint.public_id)


def events_of(endpoint: Endpoint) -> list[str]:
    endpoint.refresh_from_db()
    return list(endpoint.event_types)


def test_a_button_leads_back_to_the_endpoint_in_its_list(
    owner: Client, people: Personas, endpoint: Endpoint, url: str, address: Address
) -> None:
    answer = owner.post(url, {"event": "order.opened", "on": "1"})
    assert (answer.status_code, answer["Location"]) == (303, f"{address('endpoints')}#{endpoint.public_id}")
    assert events_of(endpoint) == ["order.opened", "order.closed"]
    assert endpoint.version == 1
    entry = AuditEntry.objects.get(action="endpoint.updated")
    assert entry.actor == people.store_owner
    assert entry.changes == {
        "event_types": [["order.closed"], ["order.opened", "order.closed"]],
        "opened_from": ["anywhere", "elsewhere"],
    }


def test_a_script_gets_that_switch_as_it_is_now(owner: Client, endpoint: Endpoint, url: str) -> None:
    part = owner.post(url, {"event": "order.refunded", "on": "1"}, headers=HTMX)
    assert part.text.strip().startswith("<li>")
    assert part.text.count('role="switch"') == part.text.count('aria-checked="true"') == 1
    assert f'id="switch-{endpoint.public_id}-order-refunded"' in part.text


def test_open_and_third_orders_are_switched_by_themselves(owner: Client, endpoint: Endpoint, url: str) -> None:
    """Both are `order.opened`: of the point of sale, and of every other channel."""
    seen = []
    for event, on in (
        ("order.opened:pos", "1"),
        ("order.opened", "1"),
        ("order.opened:pos", "0"),
        ("order.opened", "0"),
        ("order.opened", "1"),
    ):
        part = owner.post(url, {"event": event, "on": on}, headers=HTMX)
        assert part.text.count(f'aria-checked="{"true" if on == "1" else "false"}"') == 1
        seen.append(("order.opened" in events_of(endpoint), endpoint.opened_from))
    assert seen == [(True, "pos"), (True, "anywhere"), (True, "elsewhere"), (False, "anywhere"), (True, "elsewhere")]
    first, second = AuditEntry.objects.filter(action="endpoint.updated").order_by("pk")[:2]
    assert first.changes == {
        "event_types": [["order.closed"], ["order.opened", "order.closed"]],
        "opened_from": ["anywhere", "pos"],
    }
    assert second.changes == {"opened_from": ["pos", "anywhere"]}


def test_a_third_order_may_be_the_last_that_stays_on(owner: Client, endpoint: Endpoint, url: str) -> None:
    owner.post(url, {"event": "order.opened:pos", "on": "1"})
    owner.post(url, {"event": "order.closed", "on": "0"})
    part = owner.post(url, {"event": "order.opened:pos", "on": "0"}, headers=HTMX)
    assert "At least one event stays on" in part["HX-Trigger"].encode().decode("unicode_escape")
    assert (events_of(endpoint), endpoint.opened_from) == (["order.opened"], "pos")


def test_pressing_twice_changes_nothing_more(owner: Client, endpoint: Endpoint, url: str) -> None:
    for _press in range(2):
        owner.post(url, {"event": "order.opened", "on": "1"})
    assert endpoint.version + 1 == Endpoint.objects.get(pk=endpoint.pk).version
    assert AuditEntry.objects.filter(action="endpoint.updated").count() == 1


def test_the_last_event_stays_on(owner: Client, endpoint: Endpoint, url: str) -> None:
    part = owner.post(url, {"event": "order.closed", "on": "0"}, headers=HTMX)
    assert "At least one event stays on" in part["HX-Trigger"].encode().decode("unicode_escape")
    assert events_of(endpoint) == ["order.closed"]
    assert not AuditEntry.objects.filter(action="endpoint.updated").exists()


def test_no_other_event_can_be_asked_for(owner: Client, endpoint: Endpoint, url: str) -> None:
    for event in ("webhook.test", "order.nonsense", ""):
        assert owner.post(url, {"event": event, "on": "1"}).status_code == 422
    assert events_of(endpoint) == ["order.closed"]


def test_an_integrations_events_are_its_settings(owner: Client, store: Store, address: Address) -> None:
    brought = EndpointFactory.create(store=store, integration=IntegrationFactory.create(store=store))
    url = address("endpoint_event", endpoint=brought.public_id)
    assert owner.post(url, {"event": "order.closed", "on": "0"}).status_code == 409


def test_who_may(people: Personas, signed_in: Callable[..., Client], endpoint: Endpoint, url: str) -> None:
    asked = {"event": "order.opened", "on": "1"}
    assert signed_in(people.viewer).post(url, asked).status_code == 403
    assert signed_in(people.stranger).post(url, asked).status_code == 404
    assert signed_in(people.owner).get(url).status_code == 405
    assert events_of(endpoint) == ["order.closed"]
    assert signed_in(people.enterprise_admin).post(url, asked).status_code == 303
