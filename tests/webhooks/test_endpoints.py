from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from backoffice.accounts.models import User
from backoffice.security.address_guard import RefusedURL
from backoffice.security.encryption import DecryptionError
from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.accounts import UserFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.webhooks import DeliveryFactory
from webhooks import endpoints, replay, signing_keys
from webhooks.delivery.signing import decode_secret
from webhooks.headers import InvalidHeaderError
from webhooks.models import Delivery, Endpoint, Lane, SigningKey
from webhooks.wishes import InvalidEventsError, Wishes

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.com/orders"


@pytest.fixture
def store() -> Store:
    store: Store = LicensedStoreFactory.create()
    return store


@pytest.fixture
def user() -> User:
    user: User = UserFactory.create()
    return user


def _create(store: Store, user: User | None = None, **values: Any) -> tuple[Endpoint, str]:
    wanted = {"url": URL, "event_types": ["order.closed"], "headers": {"X-API-Key": "canary-value"}, **values}
    return endpoints.create(store=store, wishes=Wishes(**wanted), by=user, greet=False)


def _last_audit() -> AuditEntry:
    return AuditEntry.objects.latest("id")


def test_create_makes_lane_and_key_and_shows_no_secret(store: Store, user: User) -> None:
    endpoint, secret = _create(store, user)

    assert decode_secret(secret)
    assert Lane.objects.get(endpoint=endpoint).current_limit == endpoint.max_in_flight
    key = SigningKey.objects.get(endpoint=endpoint)
    assert secret.encode() not in bytes(key.ciphertext)
    assert endpoint.headers_ciphertext is not None
    assert b"canary-value" not in bytes(endpoint.headers_ciphertext)
    assert endpoints.decrypt_headers(endpoint) == {"X-API-Key": "canary-value"}
    entry = _last_audit()
    assert (entry.action, entry.actor, entry.store) == ("endpoint.created", user, store)
    assert "canary-value" not in str(entry.changes)
    assert secret not in str(entry.changes)


def test_ciphertext_moved_to_another_row_does_not_open(store: Store) -> None:
    one, _ = _create(store)
    other, _ = _create(store)
    Endpoint.objects.filter(pk=other.pk).update(headers_ciphertext=one.headers_ciphertext)
    other.refresh_from_db()
    with pytest.raises(DecryptionError):
        endpoints.decrypt_headers(other)


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "https://127.0.0.1/", "https://u:p@hooks.example.com/", "x"]
)
def test_unsafe_urls_are_refused(store: Store, url: str, settings: Settings) -> None:
    settings.OUTBOUND_OPEN_NETWORKS = []
    with pytest.raises(RefusedURL):
        _create(store, url=url)
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("name", ["Host", "content-length", "Webhook-Signature", "Connection", "X Y", ""])
def test_headers_that_are_ours_or_malformed_are_refused(store: Store, name: str) -> None:
    with pytest.raises(InvalidHeaderError):
        _create(store, headers={name: "value"})


def test_events_have_to_be_order_events(store: Store) -> None:
    for events in ([], ["webhook.test"], ["order.eaten"]):
        with pytest.raises(InvalidEventsError):
            _create(store, event_types=events)


def test_update_keeps_headers_that_are_not_given_and_raises_the_version(store: Store, user: User) -> None:
    endpoint, _ = _create(store)
    changed = endpoints.update(
        endpoint=endpoint,
        version=endpoint.version,
        wishes=replace(Wishes.of(endpoint), url=URL + "/2", event_types=["order.voided"]),
        by=user,
    )
    assert changed.version == endpoint.version + 1
    assert endpoints.decrypt_headers(changed) == {"X-API-Key": "canary-value"}
    assert _last_audit().changes == {
        "url": [URL, URL + "/2"],
        "event_types": [["order.closed"], ["order.voided"]],
    }


def test_a_stale_edit_is_refused(store: Store) -> None:
    endpoint, _ = _create(store)
    endpoints.update(
        endpoint=endpoint,
        version=0,
        wishes=replace(Wishes.of(endpoint), url=URL + "/theirs", event_types=["order.closed"]),
        by=None,
    )
    with pytest.raises(endpoints.StaleEdit) as caught:
        endpoints.update(
            endpoint=endpoint,
            version=0,
            wishes=replace(Wishes.of(endpoint), url=URL + "/mine", event_types=["order.closed"]),
            by=None,
        )
    assert caught.value.current.url == URL + "/theirs"


def test_pause_and_resume(store: Store, user: User) -> None:
    endpoint, _ = _create(store)
    paused = endpoints.pause(endpoint=endpoint, by=user)
    assert (paused.state, _last_audit().action) == ("paused", "endpoint.paused")
    parked = DeliveryFactory.create(endpoint=endpoint, state="parked", due_at=None, last_error="endpoint_paused")
    Lane.objects.filter(endpoint=endpoint).update(breaker="open", consecutive_failures=9, current_limit=1)

    resumed = endpoints.resume(endpoint=endpoint, by=user)

    assert (resumed.state, resumed.version) == ("enabled", 2)
    parked.refresh_from_db()
    assert (parked.state, parked.last_error) == ("due", "")
    lane = Lane.objects.get(endpoint=endpoint)
    assert (lane.breaker, lane.consecutive_failures, lane.current_limit) == ("closed", 0, 10)
    assert _last_audit().action == "endpoint.resumed"
    entries = AuditEntry.objects.count()
    endpoints.resume(endpoint=endpoint, by=user)
    assert AuditEntry.objects.count() == entries


def test_delete_is_soft_and_stops_what_waits(store: Store, user: User) -> None:
    endpoint, _ = _create(store)
    waiting = DeliveryFactory.create(endpoint=endpoint)
    delivered = DeliveryFactory.create(endpoint=endpoint, delivered=True)
    endpoints.delete(endpoint=endpoint, by=user)
    assert not Endpoint.objects.listed().exists()
    waiting.refresh_from_db()
    delivered.refresh_from_db()
    assert (waiting.state, delivered.state) == ("cancelled", "delivered")
    assert _last_audit().changes == {"stopped_deliveries": 1}


def test_send_test_reaches_this_endpoint_alone(store: Store, user: User) -> None:
    endpoint, _ = _create(store)
    _create(store)
    delivery = endpoints.send_test(endpoint=endpoint, by=user)
    assert (delivery.endpoint, delivery.event_type, delivery.test, delivery.state) == (
        endpoint,
        "webhook.test",
        True,
        "due",
    )
    assert Delivery.objects.count() == 1
    assert _last_audit().action == "endpoint.test_sent"


def test_revealing_is_audited(store: Store, user: User) -> None:
    endpoint, secret = _create(store)
    assert signing_keys.reveal(endpoint=endpoint, by=user) == secret
    entry = _last_audit()
    assert (entry.action, entry.actor, entry.changes) == ("endpoint.secret_revealed", user, {})


def test_resend_is_a_new_delivery_of_the_same_event(user: User) -> None:
    first = DeliveryFactory.create(exhausted=True)
    again = replay.resend(delivery=first, by=user)
    assert (again.event_id, again.endpoint_id, again.replay_of, again.state) == (
        first.event_id, first.endpoint_id, first.pk, "due",
    )  # fmt: skip
    assert replay.resend(delivery=first, by=user).pk not in {first.pk, again.pk}
    with pytest.raises(replay.NotFinishedError):
        replay.resend(delivery=again, by=user)


def test_retry_now_and_stop(user: User) -> None:
    waiting = DeliveryFactory.create(attempt_count=3, due_at="2099-01-01T00:00:00Z")
    replay.retry_now(delivery=waiting, by=user)
    waiting.refresh_from_db()
    assert waiting.due_at is not None
    assert waiting.due_at.year < 2099
    replay.stop(delivery=waiting, by=user)
    stopped = Delivery.objects.get(pk=waiting.pk)
    assert (stopped.state, stopped.due_at) == ("cancelled", None)
    for action in (replay.retry_now, replay.stop):
        with pytest.raises(replay.NotWaitingError):
            action(delivery=waiting, by=user)
