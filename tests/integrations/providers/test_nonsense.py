"""Whatever a service answers, a provider says what is wrong: it neither breaks nor takes nonsense for a good sign."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import cast

import pytest

from integrations.catalog import all_providers
from integrations.contract import Answer, Call, ConnectionResult, Provider, ProviderProblem, Sftp, SftpAccount, TryLater
from integrations.contract.reading import amount, parsed
from tests.integrations.providers.recording import RecordingRun
from tests.integrations.providers.samples import sample_parameters, sample_values

TYPES = (b"null", b"7", b'"text"', b"[]", b"{}", b"[7]", b'[null, "x", []]')
DEEP = b"[" * 100_000
WRONG_WITHIN = (
    b'{"data": 7, "errors": null}',
    b'{"data": {"orders": 7, "activeChannel": [], "order": "x"}}',
    b'{"data": {"orders": {"items": 7, "totalItems": "many"}, "activeChannel": {"code": 5}}}',
    b'{"orders": 7, "metadata": 7}',
    b'{"orders": [7], "metadata": {"cursors": 7, "hasNext": "perhaps"}}',
    b'{"items": 7, "total_count": "many"}',
    b'{"items": [7, {}], "total_count": null}',
    b'{"QueryResponse": 7, "CompanyInfo": [], "Fault": null}',
    b'{"QueryResponse": {"Account": 7}, "CompanyInfo": 7}',
    b'{"cabinets": 7}',
    b'{"errors": [7], "error": [], "message": {}, "code": []}',
    b'{"errors": [{"message": 7, "extensions": 7}], "Fault": {"Error": 7}}',
    b'{"Fault": {"Error": [7]}, "message": "%1", "parameters": 7}',
    b'{"message": "%x %1", "parameters": [7], "details": 7}',
)
TOO_LARGE = b'{"a": 1e99999999999999999999}'
BODIES = (b"", b"<html>", b"\xff\xfe", b'{"a": NaN, "b": 1e999999}', TOO_LARGE, DEEP, *TYPES, *WRONG_WITHIN)
STATUSES = (200, 201, 204, 302, 400, 401, 403, 404, 409, 422, 500)
ANSWERS = [Answer(status, {"location": "//"}, body) for status in STATUSES for body in BODIES]

#: An answer that a service with nothing to tell gives rightly, by provider.
EMPTY = {"woocommerce": b"[]"}

PROVIDERS = all_providers().values()
TESTING = [provider for provider in PROVIDERS if provider.tests_connection]
ACTIONS = [(provider, action.name) for provider in PROVIDERS for action in provider.actions]


@dataclass
class Nonsense:
    """Keeps `integrations.contract.WayOut`: it says the same to every call, and nothing to who never stops."""

    answer: Answer
    calls: int = 0

    def send(self, call: Call) -> Answer:
        self.calls += 1
        assert self.calls < 50, f"It goes on asking: {call.url}"
        return self.answer

    def sftp(self, account: SftpAccount) -> AbstractContextManager[Sftp]:
        raise TryLater(f"{account} does not answer.")


def outcome(attempt: Callable[[], object]) -> str:
    """Empty where it ended as it should: with words of the provider's own."""
    try:
        result = attempt()
    except ProviderProblem as problem:
        return "" if str(problem) else "no words"
    except Exception as error:  # noqa: BLE001  whatever it is, it is what the test tells of
        return repr(error)[:200]
    return f"taken for good: {result.message}" if isinstance(result, ConnectionResult) and result.ok else ""


@pytest.mark.parametrize("provider", TESTING, ids=lambda provider: provider.slug)
def test_nonsense_is_no_connection_and_no_error_of_ours(provider: Provider) -> None:
    wrong = {
        (answer.status, answer.body[:60]): ended
        for answer in ANSWERS
        if not (answer.ok and answer.body == EMPTY.get(provider.slug))
        if (ended := outcome(partial(provider.test_connection, sample_values(provider), Nonsense(answer))))
    }
    assert wrong == {}


@pytest.mark.parametrize(("provider", "name"), ACTIONS, ids=[f"{provider.slug} {name}" for provider, name in ACTIONS])
def test_an_action_that_meets_nonsense_ends_with_words(provider: Provider, name: str) -> None:
    (action,) = (action for action in provider.actions if action.name == name)
    wrong = {}
    for answer in ANSWERS:
        way_out = Nonsense(answer)
        run = RecordingRun(
            values=sample_values(provider),
            parameters=sample_parameters(action),
            http=way_out,
            connect_sftp=way_out.sftp,
        )
        if ended := outcome(partial(getattr(provider, name), run)):
            wrong[answer.status, answer.body[:60]] = ended
    assert wrong == {}


@pytest.mark.parametrize("body", [TOO_LARGE, b'{"a": -1.5e-99999999999999999999}', DEEP, b"1" * 5000, b"\xff\xfe"])
def test_what_cannot_be_read_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError):
        parsed(body)


@pytest.mark.parametrize("written", ["1e999999", "1000000000000000", "NaN", "Infinity", "1,50"])
def test_an_amount_that_no_shop_has_is_refused_and_named(written: str) -> None:
    with pytest.raises(ValueError, match="total is no amount"):
        amount({"total": written}, "total")


def test_the_largest_amount_is_read_to_the_cent() -> None:
    assert amount(cast("dict[str, object]", parsed(b'{"total": 999999999999999.99}')), "total") == Decimal(
        "999999999999999.99"
    )
