"""Rows that can never be sent: they end with their reason, and everything around them goes on."""

import pytest

from tests.chaos.system import System

pytestmark = pytest.mark.faults


def test_a_bad_key_a_bad_header_and_a_vanished_event_end_alone(system: System) -> None:
    key, header, vanished, healthy = system.seed("ok/0", "ok/1", "ok/2", "ok/3")
    system.rows(
        "UPDATE webhooks_signingkey SET ciphertext = '\\x00' WHERE endpoint_id ="
        " (SELECT id FROM webhooks_endpoint WHERE url = %s)",
        key,
    )
    system.ask("poison_header", url=header)
    system.post(1)
    system.rows(
        "DELETE FROM webhooks_delivery d USING webhooks_endpoint e WHERE e.id = d.endpoint_id AND e.url <> %s", vanished
    )
    system.rows("DELETE FROM webhooks_orderevent")
    posted = system.post(5)
    system.start_drain()

    system.await_states(delivered=10, exhausted=11)
    reasons = system.rows(
        "SELECT endpoint.url, delivery.last_error, count(*), count(NULLIF(delivery.last_error_detail, '')),"
        " sum(delivery.attempt_count) FROM webhooks_delivery delivery"
        " JOIN webhooks_endpoint endpoint ON endpoint.id = delivery.endpoint_id"
        " WHERE delivery.state = 'exhausted' GROUP BY 1, 2 ORDER BY 1"
    )
    assert reasons == [
        (key, "unreadable_secret", 5, 5, 0),
        (header, "invalid_header", 5, 5, 0),
        (vanished, "event_gone", 1, 1, 0),
    ]
    expected = {(webhook_id, endpoint) for webhook_id in posted for endpoint in (2, 3)}
    assert system.arrivals().keys() == expected
    later = system.post(5)
    system.wait(lambda: all(system.arrivals()[webhook_id, 3] for webhook_id in later))
    assert healthy
