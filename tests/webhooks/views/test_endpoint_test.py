"""Send test: the answer where the button was pressed, and the delivery's own page for browsers without scripts."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from tests.factories.tenancy import Personas
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def endpoint(store: Store) -> Endpoint:
    made: Endpoint = EndpointFactory.create(store=store)
    return made


@pytest.fixture
def url(endpoint: Endpoint, address: Address) -> str:
    return address("endpoint_test", endpoint=endpoint.public_id)


def answered(delivery: Delivery, state: str, status: int | None, **attempt: object) -> None:
    AttemptFactory.create(delivery=delivery, status=status, **attempt)
    due = timezone.now() if state == "due" else None
    Delivery.objects.filter(pk=delivery.pk).update(
        state=state, due_at=due, attempt_count=1, last_status=status, last_error=attempt.get("error", "")
    )


def test_without_scripts_it_leads_to_its_delivery(
    owner: Client, endpoint: Endpoint, url: str, address: Address
) -> None:
    answer = owner.post(url)
    delivery = Delivery.objects.get()
    assert (delivery.endpoint_id, delivery.event_type, delivery.test) == (endpoint.pk, "webhook.test", True)
    assert (answer.status_code, answer["Location"]) == (303, address("delivery", delivery=delivery.public_id))
    page = owner.get(answer["Location"]).text
    assert "Nothing has been sent yet." in page
    assert "data-poll" in page


def test_a_script_follows_that_very_delivery_until_its_answer_is_there(
    owner: Client, url: str, address: Address
) -> None:
    part = owner.post(url, headers=HTMX).text
    delivery = Delivery.objects.get()
    shown = address("delivery", delivery=delivery.public_id)
    assert "Test sent." in part
    assert f'hx-get="{shown}"' in part
    found = re.search(r'"X-Shown": "([0-9a-f]+)"', part)
    assert found
    asked = {**HTMX, "HX-Target": f"test-answer-{delivery.public_id}", "X-Shown": found[1]}
    assert owner.get(shown, headers=asked).status_code == 204

    answered(delivery, "delivered", 200, response_body=b'{"ok": true}', total_ms=42)
    done = owner.get(shown, headers=asked).text
    for words in ("The test arrived.", "The receiver answered 200 OK after 42 ms.", "&quot;ok&quot;: true", shown):
        assert words in done
    assert "data-poll" not in done
    assert "hx-get" not in done
    assert "<html" not in done


def test_a_failure_says_why_and_what_to_do(owner: Client, url: str, address: Address) -> None:
    owner.post(url)
    delivery = Delivery.objects.get()
    answered(delivery, "due", 401)
    asked = {**HTMX, "HX-Target": f"test-answer-{delivery.public_id}"}
    part = owner.get(address("delivery", delivery=delivery.public_id), headers=asked).text
    for words in ("The test did not arrive.", "401 Unauthorized", "Likely cause:", "Ask your partner", "tried again"):
        assert words in part
    assert "data-poll" not in part, "the answer is there, although it is tried again"


def test_no_answer_and_a_paused_endpoint(owner: Client, url: str, endpoint: Endpoint, address: Address) -> None:
    owner.post(url)
    delivery = Delivery.objects.get()
    answered(delivery, "due", None, error="timeout", error_detail="No answer came.", total_ms=15_000)
    asked = {**HTMX, "HX-Target": f"test-answer-{delivery.public_id}"}
    part = owner.get(address("delivery", delivery=delivery.public_id), headers=asked).text
    assert "No answer came, after 15.0 s." in part
    Endpoint.objects.filter(pk=endpoint.pk).update(state="paused")
    parked = owner.post(url, headers=HTMX).text
    assert "Nothing was sent." in parked
    assert "The endpoint is paused." in parked


def test_an_answer_cannot_inject_markup(owner: Client, url: str, address: Address) -> None:
    owner.post(url)
    delivery = Delivery.objects.get()
    answered(delivery, "delivered", 200, response_body=b"<script>alert(1)</script>" + b"x" * 1000)
    asked = {**HTMX, "HX-Target": f"test-answer-{delivery.public_id}"}
    part = owner.get(address("delivery", delivery=delivery.public_id), headers=asked).text
    assert "&lt;script&gt;" in part
    assert "<script>" not in part
    assert "x" * 400 not in part


def test_an_endpoints_page_shows_the_answer_to_the_test_that_was_sent_last(
    owner: Client, store: Store, endpoint: Endpoint, url: str, address: Address
) -> None:
    owner.post(url)
    shown = address("endpoint", endpoint=endpoint.public_id)
    page = owner.get(shown).text
    assert "Test sent." in page
    found = re.search(r'id="endpoint-live"[^>]*"X-Shown": "([0-9a-f]+)"', page, re.DOTALL)
    assert found
    asked = {**HTMX, "HX-Target": "endpoint-live", "X-Shown": found[1]}
    assert owner.get(shown, headers=asked).status_code == 204
    answered(Delivery.objects.get(), "delivered", 200)
    live = owner.get(shown, headers=asked).text
    assert "The test arrived." in live
    assert live.strip().startswith("<div")
    DeliveryFactory.create(delivered=True, endpoint=endpoint, event__store=store)
    assert "The test arrived." not in owner.get(shown).text, "an order went out since"


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).get(url).status_code == 405
    assert not Delivery.objects.exists()
