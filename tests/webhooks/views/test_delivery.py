"""One delivery's page: attempts with what was sent and answered, errors in words, live until it is finished."""

import re
from collections.abc import Callable
from datetime import UTC, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.database.identifiers import uuid7_floor
from backoffice.tenancy.models import Store
from tests.factories.tenancy import Personas
from tests.factories.webhooks import AttemptFactory, DeliveryFactory
from webhooks.attempt_details import webhook_body
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def delivery(store: Store) -> Delivery:
    made: Delivery = DeliveryFactory.create(event__store=store, event__order_number="1042")
    return made


@pytest.fixture
def url(delivery: Delivery, address: Address) -> str:
    return address("delivery", delivery=delivery.public_id)


def test_it_shows_the_body_as_it_is_sent_laid_out(owner: Client, delivery: Delivery, url: str) -> None:
    page = owner.get(url)
    assert page["Cache-Control"] == "no-store"
    for words in ("Close Order #1042", delivery.public_id, delivery.event.public_id, delivery.order_id):
        assert words in page.text
    assert "  &quot;type&quot;: &quot;order.closed&quot;" in page.text
    assert "&quot;api_version&quot;: &quot;2026-11-01&quot;" in page.text


def test_each_attempt_shows_request_answer_timings_and_what_is_wrong(
    owner: Client, delivery: Delivery, url: str
) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(attempt_count=2)
    AttemptFactory.create(
        delivery=delivery, number=1, status=None, error="timeout", error_detail="No answer came.", response_body=b"",
        remote_address="203.0.113.7", dns_ms=2, connect_ms=10, tls_ms=20, first_byte_ms=900, total_ms=1000,
    )  # fmt: skip
    AttemptFactory.create(
        delivery=delivery, number=2, status=401, response_body=b'{"reason": "bad key"}',
        request_headers=[["x-api-key", "•••• 4f2a"]], response_headers=[["server", "nginx"]],
    )  # fmt: skip
    page = owner.get(url).text
    assert "2 attempts" in page
    assert page.index("Attempt 2") < page.index("Attempt 1<")
    for words in ("No answer came.", "answer first and to do slow work afterwards", "203.0.113.7", "900 ms", "1.0 s"):
        assert words in page
    for words in (
        "The receiver answered 401 Unauthorized.",
        "•••• 4f2a",
        "nginx",
        "&quot;reason&quot;: &quot;bad key&quot;",
    ):
        assert words in page


def test_an_attempt_can_be_copied_as_a_command_with_its_signature(owner: Client, delivery: Delivery, url: str) -> None:
    body = webhook_body(delivery.event, "2026-11-01").encode()
    AttemptFactory.create(
        delivery=delivery, body_sha256=sha256(body).digest(),
        request_headers=[["webhook-signature", "v1,abc="], ["x-api-key", "•••• 4f2a"]],
    )  # fmt: skip
    page = owner.get(url).text
    for words in ("curl --request POST", "webhook-signature: v1,abc=", "REPLACE-WITH-THE-VALUE", "five minutes old"):
        assert words in page
    assert "The body is the one below." in page


def test_an_attempt_that_carried_another_body_says_so(owner: Client, delivery: Delivery, url: str) -> None:
    AttemptFactory.create(delivery=delivery)
    page = owner.get(url).text
    assert "The body was another one than below" in page
    assert "curl --request" not in page


def test_the_body_can_be_downloaded_to_the_byte(
    owner: Client, people: Personas, signed_in: Callable[..., Client], delivery: Delivery, address: Address
) -> None:
    asked = address("delivery_body", delivery=delivery.public_id)
    answer = owner.get(asked)
    assert answer.content == webhook_body(delivery.event, "2026-11-01").encode()
    assert answer["Content-Disposition"] == 'attachment; filename="webhook.json"'
    assert answer["Cache-Control"] == "no-store"
    assert signed_in(people.stranger).get(asked).status_code == 404
    delivery.event.delete()
    assert owner.get(asked).status_code == 404


def test_it_says_how_long_it_is_kept(owner: Client, store: Store, address: Address) -> None:
    made = DeliveryFactory.create(delivered=True, event__store=store, id=uuid7_floor(timezone.now()))
    kept = timezone.localtime(timezone.now() + timedelta(days=90), ZoneInfo(store.timezone))
    page = owner.get(address("delivery", delivery=made.public_id)).text
    assert re.search(rf"Kept until</dt>\s*<dd><time datetime=\"{kept.astimezone(UTC):%Y-%m-%d}", page)


def test_an_answer_cannot_inject_markup(owner: Client, delivery: Delivery, url: str) -> None:
    AttemptFactory.create(
        delivery=delivery, response_body=b"<script>alert(1)</script>\x1b[31m", response_headers=[["x", "<img src=x>"]]
    )
    page = owner.get(url).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[31m" in page
    assert "<img src=x>" not in page


def test_it_is_live_until_it_is_finished(owner: Client, delivery: Delivery, url: str) -> None:
    page = owner.get(url).text
    assert "data-poll-done" not in page
    found = re.search(r'"X-Shown": "([0-9a-f]+)"', page)
    assert found
    assert owner.get(url, headers={**HTMX, "X-Shown": found[1]}).status_code == 204
    AttemptFactory.create(delivery=delivery)
    Delivery.objects.filter(pk=delivery.pk).update(state="delivered", due_at=None, attempt_count=1, last_status=200)
    part = owner.get(url, headers={**HTMX, "X-Shown": found[1]}).text
    assert re.match(r'\s*<div\s+class="stack"\s+id="delivery-live"', part)
    assert "data-poll-done" in part
    assert "Delivered" in part
    assert _without_tokens(part).strip() in _without_tokens(owner.get(url).text)


def _without_tokens(html: str) -> str:
    """A CSRF token is masked anew in each response."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", html)


def test_a_retry_says_when_it_is_tried_next(owner: Client, delivery: Delivery, url: str) -> None:
    due = timezone.now() + timedelta(minutes=31)
    Delivery.objects.filter(pk=delivery.pk).update(attempt_count=2, due_at=due, last_status=500)
    assert re.search(r"Next try .*in 30\s+minutes", owner.get(url).text)


def test_it_lives_without_event_and_endpoint(owner: Client, store: Store, delivery: Delivery, url: str) -> None:
    delivery.event.delete()
    Delivery.objects.filter(pk=delivery.pk).update(endpoint_id=delivery.pk, state="delivered", due_at=None)
    page = owner.get(url).text
    assert "The order itself is no longer kept." in page
    assert "Its endpoint is no longer kept." in page


def test_who_may_look(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    for insider in people.insiders():
        assert signed_in(insider).get(url).status_code == 200
    assert signed_in(people.stranger).get(url).status_code == 404
    assert signed_in(people.owner).post(url).status_code == 405


def test_foreign_and_malformed_ids_are_404(owner: Client, address: Address, delivery: Delivery) -> None:
    foreign = DeliveryFactory.create(delivered=True)
    for public_id in (foreign.public_id, "dlv_nonsense", "evt_" + delivery.public_id[4:], delivery.public_id.upper()):
        assert owner.get(address("delivery", delivery=public_id)).status_code == 404


def post(client: Client, address: Address, name: str, delivery: Delivery) -> str:
    answer = client.post(address(name, delivery=delivery.public_id))
    assert answer.status_code == 303
    return str(answer["Location"])


def test_resend_makes_a_new_delivery_and_leads_to_it(owner: Client, store: Store, address: Address) -> None:
    first = DeliveryFactory.create(exhausted=True, event__store=store)
    shown = post(owner, address, "delivery_resend", first)
    copy = Delivery.objects.exclude(pk=first.pk).get()
    assert (copy.replay_of, copy.event_id, copy.state) == (first.pk, first.event_id, "due")
    assert shown == address("delivery", delivery=copy.public_id)
    page = owner.get(shown).text
    assert address("delivery", delivery=first.public_id) in page
    assert "with the same webhook-id" in page


def test_retry_now_makes_it_due(owner: Client, delivery: Delivery, address: Address) -> None:
    later = timezone.now() + timedelta(hours=5)
    Delivery.objects.filter(pk=delivery.pk).update(attempt_count=3, due_at=later)
    page = owner.get(address("delivery", delivery=delivery.public_id)).text
    assert "Retry now" in page
    post(owner, address, "delivery_retry", delivery)
    delivery.refresh_from_db()
    assert delivery.due_at is not None
    assert delivery.due_at <= timezone.now()


def test_stop_ends_the_retries(owner: Client, delivery: Delivery, address: Address, url: str) -> None:
    post(owner, address, "delivery_stop", delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at) == ("cancelled", None)
    page = owner.get(url).text
    assert "Stopped" in page
    assert "Retry now" not in page


@pytest.mark.parametrize("name", ["delivery_retry", "delivery_stop"])
def test_what_came_too_late_says_so_and_changes_nothing(
    owner: Client, store: Store, address: Address, name: str
) -> None:
    done = DeliveryFactory.create(delivered=True, event__store=store)
    page = owner.get(post(owner, address, name, done)).text
    assert "This delivery is no longer waiting." in page
    done.refresh_from_db()
    assert done.state == "delivered"


def test_what_waits_is_not_resent(owner: Client, delivery: Delivery, address: Address) -> None:
    page = owner.get(post(owner, address, "delivery_resend", delivery)).text
    assert "still waiting for its next try" in page
    assert Delivery.objects.count() == 1


def test_nothing_is_resent_to_a_deleted_endpoint(owner: Client, store: Store, address: Address) -> None:
    done = DeliveryFactory.create(delivered=True, event__store=store, endpoint__deleted_at=timezone.now())
    page = owner.get(post(owner, address, "delivery_resend", done)).text
    assert "It cannot be sent again" in page
    assert 'id="resend"' not in page
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("name", ["delivery_resend", "delivery_retry", "delivery_stop"])
def test_who_may_act(
    people: Personas, signed_in: Callable[..., Client], delivery: Delivery, address: Address, name: str
) -> None:
    acting = address(name, delivery=delivery.public_id)
    assert signed_in(people.viewer).post(acting).status_code == 403
    assert signed_in(people.stranger).post(acting).status_code == 404
    assert signed_in(people.owner).get(acting).status_code == 405
    assert signed_in(people.enterprise_admin).post(acting).status_code == 303
    foreign = DeliveryFactory.create(exhausted=True)
    assert signed_in(people.owner).post(address(name, delivery=foreign.public_id)).status_code == 404


def test_a_viewer_has_no_buttons(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    assert "Stop retrying" not in signed_in(people.viewer).get(url).text
