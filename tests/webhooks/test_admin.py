"""Support's pages: found by public ids, linked to each other, nothing altered, no secret shown, nothing counted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.database.identifiers import uuid7_floor
from backoffice.tenancy.models import AuditEntry
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory
from webhooks import endpoints
from webhooks.models import Attempt, Delivery, Endpoint, HourlyFigures, IdempotencyKey, Lane, OrderEvent
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db

MODELS = ("orderevent", "delivery", "attempt", "endpoint", "lane", "hourlyfigures", "idempotencykey")


@pytest.fixture
def support(client: Client) -> Client:
    client.force_login(UserFactory.create(support=True))
    return client


@pytest.fixture
def attempt() -> Attempt:
    """An attempt with everything it hangs on."""
    made: Attempt = AttemptFactory.create(
        delivery__exhausted=True,
        status=500,
        response_body=b"<b>fault</b>",
        request_headers=[["x-api-key", "•••• 4f2a"]],
    )
    return made


def listed(support: Client, model: str, **query: Any) -> str:
    answer = support.get(reverse(f"admin:webhooks_{model}_changelist"), query)
    assert answer.status_code == 200
    return str(answer.text)


def page_of(support: Client, model: str, pk: object) -> str:
    answer = support.get(reverse(f"admin:webhooks_{model}_change", args=[pk]))
    assert answer.status_code == 200
    return str(answer.text)


@pytest.mark.parametrize("prefix", ["dlv", "evt", "ep", "sto", "order"])
def test_a_delivery_is_found_by_each_id_it_hangs_on(support: Client, attempt: Attempt, prefix: str) -> None:
    wanted, other = attempt.delivery, DeliveryFactory.create()
    term = {
        "dlv": wanted.public_id,
        "evt": wanted.event.public_id,
        "ep": wanted.endpoint.public_id,
        "sto": wanted.store.public_id,
        "order": wanted.order_id,
    }[prefix]
    html = listed(support, "delivery", q=f" {term} ")
    assert wanted.public_id in html
    assert other.public_id not in html


def test_attempts_are_filtered_by_the_errors_there_can_be(support: Client, attempt: Attempt) -> None:
    refused = AttemptFactory.create(status=None, error="refused_address")
    for error, found, other in (("none", attempt, refused), ("refused_address", refused, attempt)):
        html = listed(support, "attempt", error=error)
        assert found.delivery.public_id in html
        assert other.delivery.public_id not in html
    assert "response_too_large" in listed(support, "attempt")


def test_an_error_is_looked_for_within_seven_days_and_a_made_up_one_not_at_all(
    support: Client, attempt: Attempt
) -> None:
    made = timezone.now() - timedelta(days=7, minutes=1)
    old = AttemptFactory.create(id=uuid7_floor(made), status=None, error="refused_address")
    new = AttemptFactory.create(status=None, error="refused_address")
    html = listed(support, "attempt", error="refused_address")
    assert "By error, within the last 7 days" in html
    assert (new.delivery.public_id in html, old.delivery.public_id in html) == (True, False)
    filtered = [sql for sql in _statements(support, "attempt", error="refused_address") if '."error" =' in sql]
    assert len(filtered) >= 2
    assert all('"webhooks_attempt"."id" >=' in sql for sql in filtered)
    html = listed(support, "attempt", error="anything")
    assert all(each.delivery.public_id in html for each in (attempt, old, new))
    assert not [sql for sql in _statements(support, "attempt", error="anything") if '."error" =' in sql]


def test_events_and_endpoints_are_found_and_nonsense_finds_nothing(support: Client, attempt: Attempt) -> None:
    event, endpoint = attempt.delivery.event, attempt.delivery.endpoint
    for term in (event.public_id, event.order_id, str(event.pk), event.store.public_id):
        assert event.public_id in listed(support, "orderevent", q=term)
    for term in (endpoint.public_id, endpoint.url):
        assert endpoint.public_id in listed(support, "endpoint", q=term)
    assert event.public_id not in listed(support, "orderevent", q="nonsense")
    assert str(attempt.pk) in listed(support, "attempt", q=attempt.delivery.public_id)


def test_pages_lead_from_event_to_delivery_to_attempt_to_endpoint_and_back(support: Client, attempt: Attempt) -> None:
    delivery = attempt.delivery
    event_page = page_of(support, "orderevent", delivery.event_id)
    assert f"?q={delivery.event.public_id}" in event_page
    delivery_page = page_of(support, "delivery", delivery.pk)
    for model, pk in (
        ("orderevent", delivery.event_id),
        ("endpoint", delivery.endpoint_id),
        ("lane", delivery.lane_id),
        ("attempt", attempt.pk),
    ):
        assert reverse(f"admin:webhooks_{model}_change", args=[pk]) in delivery_page
    assert "The receiver answered 500 Internal Server Error." in delivery_page
    attempt_page = page_of(support, "attempt", attempt.pk)
    assert reverse("admin:webhooks_delivery_change", args=[delivery.pk]) in attempt_page
    assert "&lt;b&gt;fault&lt;/b&gt;" in attempt_page
    assert "x-api-key: •••• 4f2a" in attempt_page


def test_an_endpoints_secrets_are_never_shown(support: Client) -> None:
    endpoint, secret = endpoints.create(
        store=LicensedStoreFactory.create(),
        wishes=Wishes(
            url="https://hooks.example.com/", event_types=["order.closed"], headers={"X-API-Key": "canary-4f2a"}
        ),
        by=None,
    )
    html = page_of(support, "endpoint", endpoint.pk)
    assert "X-API-Key" in html
    assert secret[-4:] in html
    for canary in (secret, "canary", "ciphertext"):
        assert canary not in html


@pytest.mark.parametrize("model", MODELS)
def test_history_is_looked_at_and_not_altered(support: Client, attempt: Attempt, model: str) -> None:
    pk = _row_of(attempt, model)
    assert 'name="_save"' not in page_of(support, model, pk)
    assert support.get(reverse(f"admin:webhooks_{model}_add")).status_code == 403
    assert support.post(reverse(f"admin:webhooks_{model}_change", args=[pk]), {"state": "delivered"}).status_code == 403
    assert support.post(reverse(f"admin:webhooks_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403


def _row_of(attempt: Attempt, model: str) -> object:
    delivery = attempt.delivery
    makers: dict[str, Callable[[], object]] = {
        "orderevent": lambda: delivery.event_id,
        "delivery": lambda: delivery.pk,
        "attempt": lambda: attempt.pk,
        "endpoint": lambda: delivery.endpoint_id,
        "lane": lambda: delivery.lane_id,
        "hourlyfigures": lambda: HourlyFigures.objects.create(endpoint=delivery.endpoint, hour=attempt.started_at).pk,
        "idempotencykey": lambda: (
            IdempotencyKey.objects.create(store=delivery.store, key="k", body_sha256=b"", answer="{}").pk
        ),
    }
    return makers[model]()


@pytest.mark.parametrize("model", MODELS)
def test_lists_count_no_table_and_ask_the_same_however_many_rows(support: Client, attempt: Attempt, model: str) -> None:
    _row_of(attempt, model)
    listed(support, model)
    few = _statements(support, model)
    for _number in range(5):
        _row_of(AttemptFactory.create(delivery__exhausted=True), model) if model != "idempotencykey" else None
    many = _statements(support, model)
    assert len(few) == len(many)
    counts = [sql for sql in many if "COUNT(" in sql.upper() and f"webhooks_{model}" in sql]
    assert all("LIMIT" in sql.upper() for sql in counts)


def _statements(support: Client, model: str, **query: Any) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        listed(support, model, **query)
    return [query["sql"] for query in captured]


def test_support_pauses_and_resumes_as_customers_do_and_is_recorded(support: Client) -> None:
    endpoint, deleted = EndpointFactory.create(), EndpointFactory.create(deleted_at=timezone.now())
    chosen = {"_selected_action": [str(endpoint.pk), str(deleted.pk)]}
    url = reverse("admin:webhooks_endpoint_changelist")
    assert "1 endpoint was paused." in support.post(url, {"action": "pause", **chosen}, follow=True).text
    endpoint.refresh_from_db()
    assert endpoint.state == Endpoint.State.PAUSED
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.store) == (
        "endpoint.paused",
        User.objects.get(is_staff=True),
        endpoint.store,
    )
    assert "1 endpoint goes on." in support.post(url, {"action": "resume", **chosen}, follow=True).text
    endpoint.refresh_from_db()
    assert endpoint.state == Endpoint.State.ENABLED


def test_support_sends_again_as_customers_do(support: Client) -> None:
    failed, waiting = DeliveryFactory.create(exhausted=True), DeliveryFactory.create(attempt_count=1)
    url = reverse("admin:webhooks_delivery_changelist")
    chosen = {"_selected_action": [str(failed.pk), str(waiting.pk)]}
    page = support.post(url, {"action": "resend", **chosen}, follow=True).text
    assert "Done for 1 delivery." in page
    assert "still waiting for its next try" in page
    assert Delivery.objects.filter(replay_of=failed.pk).count() == 1
    support.post(url, {"action": "stop", **chosen})
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert set(AuditEntry.objects.values_list("action", "actor")) == {
        ("delivery.resent", User.objects.get(is_staff=True).pk),
        ("delivery.stopped", User.objects.get(is_staff=True).pk),
    }


def test_support_rolls_secrets_and_recovers(support: Client) -> None:
    endpoint, paused = EndpointFactory.create(), EndpointFactory.create(paused=True)
    failed = DeliveryFactory.create(exhausted=True, endpoint=endpoint, event__store=endpoint.store)
    url = reverse("admin:webhooks_endpoint_changelist")
    chosen = {"_selected_action": [str(endpoint.pk), str(paused.pk)]}
    answer = support.post(url, {"action": "roll_secrets", **chosen})
    assert answer["Location"] == f"{reverse('account_reauthenticate')}?next={quote(url, safe='')}"
    assert not AuditEntry.objects.exists()
    support.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "2 secrets were rolled." in support.post(url, {"action": "roll_secrets", **chosen}, follow=True).text
    page = support.post(url, {"action": "recover_last_day", **chosen}, follow=True).text
    assert "1 endpoint recovers." in page
    assert "Resume it first." in page
    assert Delivery.objects.filter(replay_of=failed.pk).count() == 1


def test_staff_without_the_right_to_change_cannot_pause(client: Client) -> None:
    looker = UserFactory.create(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_endpoint"))
    client.force_login(looker)
    endpoint = EndpointFactory.create()
    html = listed(client, "endpoint")
    assert 'value="pause"' not in html
    client.post(
        reverse("admin:webhooks_endpoint_changelist"), {"action": "pause", "_selected_action": [str(endpoint.pk)]}
    )
    endpoint.refresh_from_db()
    assert endpoint.state == Endpoint.State.ENABLED


def test_customers_do_not_get_in(client: Client, attempt: Attempt) -> None:
    client.force_login(UserFactory.create())
    assert client.get(reverse("admin:webhooks_delivery_changelist")).status_code == 302


def test_nothing_is_missing() -> None:
    registered = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "webhooks"}
    assert registered == {*MODELS, "customererasure"}
    assert {OrderEvent, Delivery, Attempt, Lane} <= set(admin.site._registry)
