"""Adding an endpoint: what is stored, what is refused with a clear sentence, and that a value typed in never comes back."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import AuditEntry, Store
from licensing.models import Assignment
from tests.factories.tenancy import Personas
from webhooks import endpoint_limits
from webhooks.endpoints import decrypt_headers
from webhooks.models import Endpoint, Lane

pytestmark = pytest.mark.django_db

Address = Callable[..., str]

GOOD = {
    "url": "https://hooks.example.com/orders",
    "description": "Kitchen screens",
    "events": ["order.closed", "order.opened"],
    "channels": ["online"],
    "header_name": "X-API-Key",
    "header_value": "canary-value-4f2a",
    "accepts_test_events": "on",
    "timeout_seconds": "10",
    "max_in_flight": "10",
}


def test_it_offers_the_events_in_the_stores_words_with_the_technical_names(owner: Client, address: Address) -> None:
    page = owner.get(address("endpoint_add")).text
    for words in ("Open Order", "order.opened", "Close Order", "Update Order", "3rd Order", "X-API-Key", "5 s, 5 min"):
        assert words in page


def test_it_is_stored_with_one_audit_row_and_leads_to_its_page(
    owner: Client, people: Personas, store: Store, address: Address
) -> None:
    answer = owner.post(address("endpoint_add"), GOOD)
    endpoint = Endpoint.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, address("endpoint", endpoint=endpoint.public_id))
    assert (endpoint.store, endpoint.integration, endpoint.url) == (store, None, GOOD["url"])
    assert set(endpoint.event_types) == {"order.closed", "order.opened"}
    assert endpoint.opened_from == "elsewhere"
    assert (endpoint.channels, endpoint.accepts_test_events, endpoint.timeout_seconds) == (["online"], True, 10)
    assert decrypt_headers(endpoint) == {"X-API-Key": "canary-value-4f2a"}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("endpoint.created", people.store_owner)
    assert "canary" not in str(entry.changes)
    assert "canary" not in owner.get(answer["Location"]).text


def test_pace_and_order_stand_behind_a_summary_until_they_are_chosen(owner: Client, address: Address) -> None:
    page = owner.get(address("endpoint_add")).text
    assert '<details class="form-more" >' in page
    wrong = owner.post(address("endpoint_add"), {**GOOD, "url": ""})
    assert '<details class="form-more" >' in wrong.text
    wrong = owner.post(address("endpoint_add"), {**GOOD, "rate_per_second": "0"})
    assert '<details class="form-more" open>' in wrong.text
    paced = {**GOOD, "max_in_flight": "2", "rate_per_second": "5", "fifo": "on"}
    assert owner.post(address("endpoint_add"), paced).status_code == 303
    endpoint = Endpoint.objects.get()
    assert (endpoint.max_in_flight, endpoint.rate_per_second, endpoint.fifo) == (2, 5, True)
    assert Lane.objects.get(endpoint=endpoint).current_limit == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": "http://hooks.example.com/"}, "Use https://"),
        ({"url": "https://10.0.0.8/hook"}, "which is not on the public internet"),
        ({"url": "https://localhost/hook"}, "which is not on the public internet"),
        ({"url": "https://user:pass@hooks.example.com/"}, "Remove the user name and password"),
        ({"url": "hooks.example.com"}, "Enter a full URL that starts with https://."),
        ({"url": ""}, "This field is required."),
        ({"events": []}, "Turn at least one event on"),
        ({"events": ["webhook.test"]}, "Select a valid choice."),
        ({"channels": ["carrier-pigeon"]}, "Select a valid choice."),
        ({"header_value": ""}, "Enter the value your partner gave you"),
        ({"header_name": ""}, "Enter the name of the header"),
        ({"header_name": "Webhook-Signature"}, "is set by us"),
        ({"header_name": "X Key"}, "is no header name"),
        ({"header_value": "two\nlines"}, "cannot be sent"),
        ({"timeout_seconds": "31"}, "less than or equal to 30"),
        ({"max_in_flight": "0"}, "greater than or equal to 1"),
        ({"max_in_flight": "101"}, "less than or equal to 100"),
        ({"rate_per_second": "0"}, "greater than or equal to 1"),
        ({"rate_per_second": "1001"}, "less than or equal to 1000"),
        ({"rate_per_second": "fast"}, "Enter a whole number."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    owner: Client, address: Address, changes: dict[str, object], sentence: str
) -> None:
    answer = owner.post(address("endpoint_add"), {**GOOD, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text
    assert "Kitchen screens" in answer.text
    assert 'data-unsaved="dirty"' in answer.text
    assert "canary" not in answer.text
    assert not Endpoint.objects.exists()
    assert not AuditEntry.objects.exists()


def test_who_may(people: Personas, signed_in: Callable[..., Client], address: Address) -> None:
    assert signed_in(people.viewer).get(address("endpoint_add")).status_code == 403
    assert signed_in(people.viewer).post(address("endpoint_add"), GOOD).status_code == 403
    assert signed_in(people.stranger).post(address("endpoint_add"), GOOD).status_code == 404
    assert signed_in(people.owner).put(address("endpoint_add")).status_code == 405
    assert not Endpoint.objects.exists()
    assert signed_in(people.enterprise_admin).post(address("endpoint_add"), GOOD).status_code == 303


def test_an_unlicensed_store_stores_nothing(owner: Client, address: Address) -> None:
    Assignment.objects.all().delete()
    assert "/upgrade/" in owner.post(address("endpoint_add"), GOOD)["Location"]
    assert not Endpoint.objects.exists()


def test_a_store_has_only_so_many(owner: Client, address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_limits, "MOST_ENDPOINTS", 1)
    assert owner.post(address("endpoint_add"), GOOD).status_code == 303
    answer = owner.post(address("endpoint_add"), GOOD)
    assert (answer.status_code, Endpoint.objects.count()) == (422, 1)
    assert "A store may have 1 endpoints of its own. Delete one first." in answer.text
