"""Whoever waits as long as an answer says is served: seconds are rounded up, never to the nearest."""

import time_machine
from django.conf import LazySettings
from django.test import Client

from backoffice.web.counting import count_this_minute
from integrations.models import ApiKey


def test_a_key_beyond_its_limit_waits_into_the_next_minute(
    client: Client, key: ApiKey, bearer: dict[str, str], settings: LazySettings
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    with time_machine.travel("2026-11-02T13:00:20.700Z", tick=False) as clock:
        assert client.get("/api/v1/store", headers=bearer).headers["RateLimit"] == '"key";r=0;t=40'
        refused = client.get("/api/v1/store", headers=bearer)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "40")
        clock.shift(40)
        assert client.get("/api/v1/store", headers=bearer).status_code == 200


def test_other_counts_end_when_they_say() -> None:
    with time_machine.travel("2026-11-02T13:00:20.700Z", tick=False):
        assert count_this_minute("retry-after")[1] == 40
    with time_machine.travel("2026-11-02T13:00:59.999Z", tick=False):
        assert count_this_minute("retry-after")[1] == 1
