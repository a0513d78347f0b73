"""What one delivery, endpoint or provider holds never ends the drain, nor keeps its neighbours from being sent."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection

from integrations.contract import Order, OrderCall, Provider, Values
from tests.webhooks.delivery.conftest import store_event
from tests.webhooks.delivery.test_build import DUE, NOW, TARGET
from webhooks.delivery import targets, writer
from webhooks.delivery.engine import Engine
from webhooks.delivery.fetch import DueDelivery
from webhooks.delivery.outcome import Outcome
from webhooks.delivery.prepare import prepare
from webhooks.delivery.record import Finished, LaneState, record
from webhooks.delivery.targets import Target
from webhooks.endpoint_secrets import open_headers
from webhooks.models import Attempt, Delivery, Endpoint, Lane

pytestmark = pytest.mark.django_db(transaction=True)

MakeEndpoint = Callable[..., Endpoint]
Run = Callable[[], None]
Batch = Sequence[tuple[LaneState, Sequence[Finished]]]


def _refuse(monkeypatch: pytest.MonkeyPatch, refused: Callable[[Finished], bool], error: Exception) -> None:
    def record_unless_refused(batch: Batch) -> list[bool]:
        if any(refused(result) for _lane, results in batch for result in results):
            raise error
        return record(batch)

    monkeypatch.setattr(writer, "record", record_unless_refused)


@pytest.mark.parametrize("error", [IntegrityError("a constraint"), DatabaseError("whatever"), TypeError("not JSON")])
def test_an_attempt_that_cannot_be_stored_is_left_out_and_its_neighbours_are_not(
    make_endpoint: MakeEndpoint, run_until_idle: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    endpoint, other = make_endpoint("ok/1"), make_endpoint("ok/2")
    poison, *healthy = store_event(endpoint), store_event(endpoint), store_event(other)
    _refuse(monkeypatch, lambda result: result.result is not None and result.event_id == poison.pk, error)

    run_until_idle()

    assert set(Delivery.objects.values_list("state", "attempt_count")) == {("delivered", 1)}
    assert set(Attempt.objects.values_list("delivery__event", flat=True)) == {event.pk for event in healthy}


def test_a_result_that_cannot_be_stored_at_all_is_given_up_with_its_reason(
    make_endpoint: MakeEndpoint, run_until_idle: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = make_endpoint("ok/1")
    poison, healthy = store_event(endpoint), store_event(endpoint)
    poisoned = Delivery.objects.get(event=poison).pk
    _refuse(
        monkeypatch,
        lambda result: result.delivery_id == poisoned and result.outcome.state == "delivered",
        IntegrityError("a constraint"),
    )

    run_until_idle()

    given_up = Delivery.objects.get(pk=poisoned)
    assert (given_up.state, given_up.last_error, given_up.attempt_count) == ("exhausted", "not_recordable", 1)
    assert Delivery.objects.get(event=healthy).state == "delivered"
    assert Lane.objects.get(endpoint=endpoint).lease_until is None


def test_a_row_that_the_real_database_refuses(make_endpoint: MakeEndpoint, run_until_idle: Run) -> None:
    endpoint = make_endpoint("ok/1")
    poison, healthy = store_event(endpoint), store_event(endpoint)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.event_id = '{poison.pk}' AND"
            " NEW.state = 'delivered' THEN RAISE unique_violation; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE ON webhooks_delivery FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    try:
        run_until_idle()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse ON webhooks_delivery; DROP FUNCTION refuse()")
    assert Delivery.objects.get(event=poison).last_error == "not_recordable"
    assert Delivery.objects.get(event=healthy).state == "delivered"


def test_a_database_that_is_away_is_no_poison(
    engine: Engine, make_endpoint: MakeEndpoint, run_until_idle: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = make_endpoint("ok/1")
    store_event(endpoint)
    failures = [OperationalError("gone"), OperationalError("still gone")]

    def record_when_back(batch: Batch) -> list[bool]:
        if failures:
            raise failures.pop()
        return record(batch)

    monkeypatch.setattr(writer, "record", record_when_back)
    run_until_idle()
    assert Attempt.objects.count() == 1
    assert Delivery.objects.get().state == "delivered"


def test_a_target_that_fails_in_any_way_is_a_problem_of_its_endpoint_alone(
    make_endpoint: MakeEndpoint, run_until_idle: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = make_endpoint("ok/1"), make_endpoint("ok/2")
    lost, kept = store_event(broken), store_event(sound)

    def fail_for_one(endpoint: Endpoint) -> dict[str, str]:
        if endpoint.pk == broken.pk:
            raise KeyError("canary-secret")
        return open_headers(endpoint)

    monkeypatch.setattr(targets, "open_headers", fail_for_one)
    run_until_idle()

    delivery = Delivery.objects.get(event=lost)
    assert (delivery.state, delivery.last_error) == ("exhausted", "unreadable_secret")
    assert delivery.last_error_detail == "Its secrets or settings cannot be read (KeyError)."
    assert Delivery.objects.get(event=kept).state == "delivered"


def test_an_endpoint_that_was_removed_meanwhile_has_a_target_too() -> None:
    missing = uuid.uuid4()
    assert targets.load([missing])[missing].problem


class _Answering(Provider):
    answer: Any = None

    def on_order(self, order: Order, values: Values) -> OrderCall | None:
        answer: OrderCall | None = self.answer
        return answer


@pytest.mark.parametrize(
    "answer",
    [
        "no call at all",
        OrderCall(url="https://partner.example/", body="not bytes"),  # type: ignore[arg-type]
        OrderCall(url="https://partner.example/", body=b"", headers=(("X-Only-A-Name",),)),  # type: ignore[arg-type]
    ],
)
def test_a_providers_impossible_call_ends_its_delivery_alone(answer: Any) -> None:
    provider = _Answering()
    provider.answer = answer
    outcome = prepare(DUE, replace(TARGET, provider=provider), now=NOW)
    assert isinstance(outcome, Outcome)
    assert (outcome.state, outcome.error) == ("exhausted", "provider_failed")


def test_a_providers_impossible_call_leaves_other_endpoints_alone(
    make_endpoint: MakeEndpoint, run_until_idle: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = make_endpoint("ok/1"), make_endpoint("ok/2")
    lost, kept = store_event(broken), store_event(sound)
    provider = _Answering()
    provider.answer = OrderCall(url=None, body=None)  # type: ignore[arg-type]
    load = targets.load

    def with_provider(endpoint_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Target]:
        loaded = load(endpoint_ids)
        if broken.pk in loaded:
            loaded[broken.pk] = replace(loaded[broken.pk], provider=provider)
        return loaded

    monkeypatch.setattr(targets, "load", with_provider)
    run_until_idle()

    assert Delivery.objects.get(event=lost).last_error == "provider_failed"
    assert Delivery.objects.get(event=kept).state == "delivered"


def test_nothing_that_a_row_holds_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    row: DueDelivery = replace(DUE, occurred_at=None)  # type: ignore[arg-type]
    outcome = prepare(row, TARGET, now=NOW)
    assert isinstance(outcome, Outcome)
    assert outcome.state == "exhausted"
