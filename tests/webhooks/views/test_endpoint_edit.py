"""Editing an endpoint: header values are kept or replaced and never shown, and no edit overwrites another unseen."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas
from tests.factories.webhooks import EndpointFactory
from webhooks import endpoints
from webhooks.endpoints import decrypt_headers
from webhooks.models import Endpoint
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def endpoint(store: Store) -> Endpoint:
    return endpoints.create(
        store=store,
        wishes=Wishes(
            url="https://hooks.example.com/orders",
            event_types=["order.closed"],
            headers={"X-API-Key": "canary-value-4f2a", "X-Site": "canary-other-77aa"},
        ),
        by=None,
        greet=False,
    )[0]


@pytest.fixture
def url(endpoint: Endpoint, address: Address) -> str:
    return address("endpoint_edit", endpoint=endpoint.public_id)


def values(endpoint: Endpoint, **changes: Any) -> dict[str, Any]:
    return {
        "url": endpoint.url,
        "description": endpoint.description,
        "events": endpoint.event_types,
        "timeout_seconds": "15",
        "max_in_flight": "10",
        "version": str(endpoint.version),
        **changes,
    }


def test_it_shows_hints_of_header_values_and_no_more(owner: Client, url: str) -> None:
    page = owner.get(url).text
    for words in ("X-API-Key", "•••• 4f2a", "X-Site", "•••• 77aa", "Replace"):
        assert words in page
    assert "canary" not in page


def test_header_values_not_replaced_are_kept(owner: Client, endpoint: Endpoint, url: str, address: Address) -> None:
    answer = owner.post(url, values(endpoint, url="https://hooks.example.com/new", events=["order.voided"]))
    assert (answer.status_code, answer["Location"]) == (303, address("endpoint", endpoint=endpoint.public_id))
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.event_types) == ("https://hooks.example.com/new", ["order.voided"])
    assert decrypt_headers(endpoint) == {"X-API-Key": "canary-value-4f2a", "X-Site": "canary-other-77aa"}
    entry = AuditEntry.objects.get(action="endpoint.updated")
    assert "headers" not in entry.changes


def test_one_header_is_replaced_another_removed_a_third_added(owner: Client, endpoint: Endpoint, url: str) -> None:
    changes = {
        "header_value_0": "canary-new-11bb",
        "header_remove_1": "on",
        "header_name": "X-New",
        "header_value": "canary-third",
    }
    assert owner.post(url, values(endpoint, **changes)).status_code == 303
    endpoint.refresh_from_db()
    assert decrypt_headers(endpoint) == {"X-API-Key": "canary-new-11bb", "X-New": "canary-third"}
    entry = AuditEntry.objects.get(action="endpoint.updated")
    assert entry.changes["headers"] == "replaced"
    assert "canary" not in str(entry.changes)


def test_personal_data_is_left_out_and_sent_again(
    owner: Client, endpoint: Endpoint, url: str, address: Address
) -> None:
    shown = address("endpoint", endpoint=endpoint.public_id)
    assert "Left out" not in owner.get(shown).text
    assert owner.post(url, values(endpoint, without_personal_data="on")).status_code == 303
    endpoint.refresh_from_db()
    assert endpoint.without_personal_data is True
    assert AuditEntry.objects.get(action="endpoint.updated").changes == {"without_personal_data": [False, True]}
    assert "Left out" in owner.get(shown).text
    assert "Without personal data" in owner.get(address("endpoints")).text
    assert re.search(r'<input[^>]*id="id_without_personal_data"[^>]*checked', owner.get(url).text)
    assert owner.post(url, values(endpoint)).status_code == 303
    endpoint.refresh_from_db()
    assert endpoint.without_personal_data is False


def test_pace_and_order_are_changed_and_said(owner: Client, endpoint: Endpoint, url: str, address: Address) -> None:
    shown = address("endpoint", endpoint=endpoint.public_id)
    told = " ".join(owner.get(shown).text.split())
    assert "As many calls as it takes, up to 10 at a time" in told
    assert "Events may overtake each other" in told
    assert '<details class="form-more" >' in owner.get(url).text
    paced = values(endpoint, max_in_flight="1", rate_per_second="1", fifo="on")
    assert owner.post(url, paced).status_code == 303
    assert AuditEntry.objects.get(action="endpoint.updated").changes == {
        "max_in_flight": [10, 1],
        "rate_per_second": [None, 1],
        "fifo": [False, True],
    }
    told = " ".join(owner.get(shown).text.split())
    assert "1 call a second at most, 1 at a time" in told
    assert "Each order's next event waits for the one before" in unescape(told)
    listed = " ".join(owner.get(address("endpoints")).text.split())
    assert "1 call a second" in listed
    assert "Keeps order" in listed
    assert '<details class="form-more" open>' in owner.get(url).text
    stale = owner.post(url, {**paced, "rate_per_second": "", "fifo": "", "max_in_flight": "7"})
    assert stale.status_code == 409
    assert [(one.label, one.theirs, one.yours) for one in stale.context["conflicts"]] == [
        ("Calls at a time", "1", "7"),
        ("Calls a second", "1", "As many as it takes"),
        ("Each order's events", "In order", "In any order"),
    ]


def test_a_header_that_is_there_cannot_be_added_twice(owner: Client, endpoint: Endpoint, url: str) -> None:
    answer = owner.post(url, values(endpoint, header_name="x-api-key", header_value="canary-second"))
    assert answer.status_code == 422
    assert "This header is there already." in answer.text
    assert "canary" not in answer.text


def test_header_values_that_cannot_be_read_are_asked_for_again(owner: Client, endpoint: Endpoint, url: str) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(headers_ciphertext=b"from another row")
    assert owner.get(url).status_code == 200
    answer = owner.post(url, values(endpoint))
    assert answer.status_code == 422
    assert "The stored value cannot be read any more." in answer.text
    again = values(endpoint, header_value_0="canary-again", header_remove_1="on")
    assert owner.post(url, again).status_code == 303
    endpoint.refresh_from_db()
    assert decrypt_headers(endpoint) == {"X-API-Key": "canary-again"}


def test_an_edit_of_something_changed_meanwhile_shows_both_and_saves_at_the_second_try(
    owner: Client, endpoint: Endpoint, url: str
) -> None:
    mine = values(endpoint, description="Mine", events=["order.closed", "order.voided"])
    assert owner.post(url, values(endpoint, description="Theirs")).status_code == 303
    answer = owner.post(url, mine)
    assert answer.status_code == 409
    for words in ("Somebody else saved this endpoint", "Mine", "Theirs", "Close Order, Void Order"):
        assert words in answer.text
    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.event_types) == ("Theirs", ["order.closed"])
    assert f'name="version" value="{endpoint.version}"' in answer.text
    assert owner.post(url, {**mine, "version": str(endpoint.version)}).status_code == 303
    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.event_types) == ("Mine", ["order.closed", "order.voided"])


def test_what_is_wrong_is_said_and_nothing_is_stored(owner: Client, endpoint: Endpoint, url: str) -> None:
    answer = owner.post(url, values(endpoint, url="https://192.168.1.4/"))
    assert answer.status_code == 422
    assert "which is not on the public internet" in answer.text
    endpoint.refresh_from_db()
    assert endpoint.url == "https://hooks.example.com/orders"


def test_an_integrations_endpoint_is_edited_in_its_configuration(owner: Client, store: Store, address: Address) -> None:
    integration = IntegrationFactory.create(store=store)
    brought = EndpointFactory.create(store=store, integration=integration)
    place = [store.organization.slug, store.code, integration.public_id]
    for answer in (
        owner.get(address("endpoint_edit", endpoint=brought.public_id)),
        owner.post(
            address("endpoint_edit", endpoint=brought.public_id), values(brought, url="https://evil.example.com/")
        ),
    ):
        assert (answer.status_code, answer["Location"]) == (303, reverse("integrations:configure", args=place))
    brought.refresh_from_db()
    assert "evil" not in brought.url


def test_who_may(people: Personas, signed_in: Callable[..., Client], endpoint: Endpoint, url: str) -> None:
    assert signed_in(people.viewer).get(url).status_code == 403
    assert signed_in(people.viewer).post(url, values(endpoint)).status_code == 403
    assert signed_in(people.stranger).post(url, values(endpoint)).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405
    assert signed_in(people.enterprise_admin).post(url, values(endpoint)).status_code == 303


def test_foreign_ids_are_404(owner: Client, address: Address) -> None:
    foreign = EndpointFactory.create()
    assert owner.get(address("endpoint_edit", endpoint=foreign.public_id)).status_code == 404
    assert owner.post(address("endpoint_edit", endpoint=foreign.public_id), values(foreign)).status_code == 404
