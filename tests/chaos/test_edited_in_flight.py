"""An endpoint's URL or secret is changed while a request is under way: that one ends as it began, the next uses the new values."""

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.chaos.system import System
from tests.load.services import Receiver

pytestmark = pytest.mark.faults


def test_the_attempt_records_the_url_it_used_and_the_next_try_uses_the_new_one(system: System) -> None:
    old, new = system.receiver.url("slow/1000/1"), system.receiver.url("ok/2")
    system.seed("slow/1000/1")
    system.start_drain()
    first = system.post(1)
    system.wait(lambda: system.count() == 1, every=0.01)

    system.ask("edit", old=old, new=new)
    second = system.post(1)

    system.wait(lambda: all(system.arrivals()[webhook_id, 2] for webhook_id in second))
    system.wait(lambda: set(system.states()) == {"delivered"})
    attempts = system.rows(
        "SELECT attempt.url, attempt.number, delivery.event_id FROM webhooks_attempt attempt"
        " JOIN webhooks_delivery delivery ON delivery.id = attempt.delivery_id"
        " WHERE delivery.event_type <> 'webhook.test' ORDER BY attempt.started_at"
    )
    assert [(url, number) for url, number, _event in attempts] == [(old, 1), (new, 1)]
    assert system.arrivals()[next(iter(first)), 1] == 1


def test_what_is_under_way_is_signed_with_the_old_secret_and_the_next_with_the_new(system: System) -> None:
    own = Receiver()
    try:
        url = own.url("slow/1000/0")
        system.ask("seed", tenant="chaos", urls=[url], timeout_seconds=5)
        [old] = system.ask("secrets", url=url)
        system.start_drain()
        system.post(1)
        system.wait(lambda: own.count() == 1, every=0.01)

        system.ask("replace_key", url=url)
        system.post(1)
        system.wait(lambda: own.count() == 2)
        system.await_states(delivered=2)
        [new] = system.ask("secrets", url=url)
        calls = own.samples()
    finally:
        own.close()

    assert old != new
    for secret, other, (headers, body) in zip((old, new), (new, old), calls, strict=True):
        Webhook(secret).verify(body.decode(), headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(other).verify(body.decode(), headers)
