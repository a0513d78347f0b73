"""Providers' calls over a real socket: patience with a busy service, pacing, and failures in words."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django.fixtures import Settings

from integrations.contract import Call, NeedsAttention, TryLater
from integrations.provider_http import TRIES, ProviderHttp, retry_after
from tests.outbound.server import Receiver


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_OPEN_NETWORKS = ["127.0.0.0/8"]
    server = Receiver()
    yield server
    server.stop()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def http(slept: list[float]) -> ProviderHttp:
    return ProviderHttp(sleep=slept.append)


def test_an_answer_comes_whole_with_names_in_lower_case(receiver: Receiver, http: ProviderHttp) -> None:
    answer = http.send(Call("GET", receiver.url("/big/300000")))
    assert (answer.status, answer.ok, len(answer.body)) == (200, True, 300_000)
    assert http.send(Call("GET", receiver.url("/ok"))).headers["x-answer"] == "yes"
    assert receiver.received[0].header("User-Agent") == "Backoffice-Hub/1"


def test_a_status_that_is_the_callers_business_is_returned(receiver: Receiver, http: ProviderHttp) -> None:
    answer = http.send(Call("POST", receiver.url("/status/401"), body=b"x"))
    assert (answer.status, answer.ok, len(receiver.received)) == (401, False, 1)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_no_earlier_than_it_wishes(
    receiver: Receiver, http: ProviderHttp, slept: list[float], status: int
) -> None:
    with pytest.raises(TryLater) as refused:
        http.send(Call("GET", receiver.url(f"/status/{status}")))
    assert len(receiver.received) == TRIES
    assert slept == [7, 7, 8]
    assert (refused.value.after_seconds, str(status) in str(refused.value)) == (16, True)


def test_who_waits_for_a_page_is_not_kept(receiver: Receiver, slept: list[float]) -> None:
    with pytest.raises(TryLater):
        ProviderHttp(patience=0, sleep=slept.append).send(Call("GET", receiver.url("/status/503")))
    assert (slept, len(receiver.received)) == ([], 1)


def test_nobody_there_may_pass_and_a_private_address_does_not(
    receiver: Receiver, http: ProviderHttp, settings: Settings
) -> None:
    receiver.stop()
    with pytest.raises(TryLater, match="No connection"):
        http.send(Call("GET", receiver.url("/ok")))
    settings.OUTBOUND_OPEN_NETWORKS = []
    with pytest.raises(NeedsAttention):
        http.send(Call("GET", "https://10.0.0.1/"))


def test_calls_are_spaced_by_what_the_service_allows(receiver: Receiver, slept: list[float]) -> None:
    http = ProviderHttp(requests_per_minute=30, sleep=slept.append, clock=lambda: 100.0)
    for _call in range(3):
        http.send(Call("GET", receiver.url("/ok")))
    assert slept == [2, 4]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Wed, 04 Mar 2026 12:01:00 GMT", 60), ("Wed, 04 Mar 2026 11:00:00 GMT", 0), ("soon", 0)],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float) -> None:
    assert retry_after((("Retry-After", value),), datetime(2026, 3, 4, 12, tzinfo=UTC)) == seconds


def test_json_that_is_none_may_be_json_later(receiver: Receiver, http: ProviderHttp) -> None:
    with pytest.raises(TryLater, match="not JSON"):
        http.send(Call("GET", receiver.url("/ok"))).json()
