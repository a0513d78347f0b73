"""What stock verifiers make of a call that a real socket received: before, during and after a rotation."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import sleep

import pytest
import standardwebhooks
import svix
from django.utils import timezone

from webhooks import endpoints, signing_keys
from webhooks.models import Delivery, Endpoint, SigningKey
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db(transaction=True)

Received = tuple[bytes, dict[str, str]]
Accepts = Callable[..., list[bool]]


@pytest.fixture
def received() -> Iterator[tuple[str, list[Received]]]:
    """A server's URL, and every call it got: its body and headers as they arrived."""
    calls: list[Received] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            calls.append((body, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", calls
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def endpoint(make_endpoint: Callable[..., Endpoint], received: tuple[str, list[Received]]) -> Endpoint:
    made = make_endpoint()
    Endpoint.objects.filter(pk=made.pk).update(url=received[0])
    made.refresh_from_db()
    return made


@pytest.fixture
def accepts(endpoint: Endpoint, received: tuple[str, list[Received]], run_until_idle: Callable[[], None]) -> Accepts:
    """Has the engine send a test, and says of each secret whether stock verifiers accept with it what arrived."""

    def ask(*secrets: str) -> list[bool]:
        before = len(received[1])
        endpoints.send_test(endpoint=endpoint, by=None)
        run_until_idle()
        assert len(received[1]) == before + 1
        body, headers = received[1][-1]
        return [_accepted(secret, body, headers) for secret in secrets]

    return ask


def _accepted(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    """Both verifiers must say the same."""
    answers = set()
    for verifier, refusal in (
        (standardwebhooks.Webhook, standardwebhooks.WebhookVerificationError),
        (svix.Webhook, svix.webhooks.WebhookVerificationError),
    ):
        try:
            verifier(secret).verify(body, headers)
            answers.add(True)
        except refusal:
            answers.add(False)
    assert len(answers) == 1
    return answers.pop()


def test_either_secret_verifies_during_the_overlap_and_only_the_new_one_after_it(
    endpoint: Endpoint, accepts: Accepts
) -> None:
    old = signing_keys.reveal(endpoint=endpoint, by=None)
    assert accepts(old) == [True]
    new = signing_keys.roll(endpoint=endpoint, by=None).secret
    assert accepts(old, new) == [True, True]
    SigningKey.objects.filter(endpoint=endpoint, expires_at__isnull=False).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    endpoints.touch(endpoint=endpoint)
    assert accepts(old, new) == [False, True]


def test_the_end_of_the_overlap_needs_no_change_to_be_noticed(endpoint: Endpoint, accepts: Accepts) -> None:
    """Workers remember an endpoint's keys; what has expired meanwhile signs no more."""
    old = signing_keys.reveal(endpoint=endpoint, by=None)
    new = signing_keys.roll(endpoint=endpoint, overlap=timedelta(seconds=2), by=None).secret
    assert accepts(old, new) == [True, True]
    until = SigningKey.objects.get(endpoint=endpoint, expires_at__isnull=False).expires_at
    assert until is not None
    while timezone.now() <= until:
        sleep(0.05)
    assert accepts(old, new) == [False, True]


def test_a_revoked_secret_verifies_nothing_from_the_next_call_on(endpoint: Endpoint, accepts: Accepts) -> None:
    old = signing_keys.reveal(endpoint=endpoint, by=None)
    new = signing_keys.roll(endpoint=endpoint, by=None).secret
    assert accepts(old, new) == [True, True]
    signing_keys.revoke(key=SigningKey.objects.get(endpoint=endpoint, expires_at__isnull=False), by=None)
    assert accepts(old, new) == [False, True]


def test_rolled_without_an_overlap_the_old_secret_is_out_at_once(endpoint: Endpoint, accepts: Accepts) -> None:
    old = signing_keys.reveal(endpoint=endpoint, by=None)
    new = signing_keys.roll(endpoint=endpoint, overlap=timedelta(0), by=None).secret
    assert accepts(old, new) == [False, True]


def _confirmed(endpoint: Endpoint) -> bool:
    return Endpoint.objects.filter(pk=endpoint.pk, confirmed_at__isnull=False).exists()


def test_a_new_endpoint_is_greeted_and_confirmed_by_its_answer(
    open_loopback: None, received: tuple[str, list[Received]], endpoint: Endpoint, run_until_idle: Callable[[], None]
) -> None:
    made, secret = endpoints.create(
        store=endpoint.store, wishes=Wishes(url=received[0], event_types=["order.closed"]), by=None
    )
    assert not _confirmed(made)
    run_until_idle()
    made.refresh_from_db()
    assert _confirmed(made)
    (body, headers) = received[1][-1]
    assert b'"webhook.test"' in body
    assert _accepted(secret, body, headers)
    endpoints.update(
        endpoint=made,
        version=made.version,
        wishes=replace(Wishes.of(made), url=f"{received[0]}/other", event_types=["order.closed"]),
        by=None,
    )
    made.refresh_from_db()
    assert not _confirmed(made)
    run_until_idle()
    made.refresh_from_db()
    assert _confirmed(made)
    assert set(Delivery.objects.filter(endpoint=made).values_list("event_type", "state")) == {
        ("webhook.test", "delivered")
    }
