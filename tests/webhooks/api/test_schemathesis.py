"""The API answers as its own description says, whatever is sent: calls made up from the description, and from its opposite."""

import os
from typing import Any

import pytest
import schemathesis
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from backoffice.wsgi import application
from integrations.models import ApiKey
from tests.webhooks.api.stores import Owned, fill
from tests.webhooks.api.test_permission_matrix import CALLS, Call
from tests.webhooks.keys import text_of

#: Calls of each kind for each operation: enough to find what is wrong often, and few enough for every run of the tests. `make chaos` makes many more.
CALLS_OF_EACH_KIND = int(os.environ.get("API_CALLS", "15"))
#: What a call may do that its description cannot say, with the reason.
MAY_REFUSE = {
    "create_webhook_endpoint": "whether a URL may be called is asked of the address guard",
    "update_webhook_endpoint": "likewise; and If-Match names what nothing has",
    "delete_webhook_endpoint": "If-Match names what nothing has",
    "recover_webhook_endpoint": "a moment that is to come",
}
MAY_ACCEPT = {"post_orders": "each event has its own result: a bad one spoils no other"}


@pytest.fixture
def description(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read from the running application, whose requests share the test's connection and must not end it."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_every_answer_is_as_described(description: Any, key: ApiKey, call: Call, mode: GenerationMode) -> None:
    assert key.store
    things = fill(key.store)
    operation = description[call.path][call.method.upper()]
    headers = {"Authorization": f"Bearer {text_of(key)}"}
    excluded: list[Any] = [positive_data_acceptance] * (call.name in MAY_REFUSE)
    excluded += [negative_data_rejection] * (call.name in MAY_ACCEPT)

    @settings(
        max_examples=CALLS_OF_EACH_KIND,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def every(case: Case[Any]) -> None:
        _name_what_exists(case, things)
        case.body = _whole(case.body)
        if mode is GenerationMode.POSITIVE:
            _name_no_other_store(case.body)
            case.body = _told_apart(case.body)
        with transaction.atomic():
            response = case.call(headers=headers)
            case.validate_response(response, headers=headers, excluded_checks=excluded)
            transaction.set_rollback(True)

    every()


def _name_what_exists(case: Case[Any], things: Owned) -> None:
    """Made-up ids lead to nothing, which says little: they stay only where they are what is wrong with the call."""
    components = case.meta.components if case.meta else {}
    path = components.get(ParameterLocation.PATH)
    if case.path_parameters and not (path and path.mode == GenerationMode.NEGATIVE):
        case.path_parameters = {name: things.ids[name] for name in case.path_parameters}


def _name_no_other_store(body: Any) -> None:
    """An order may name the key's store alone, which its description cannot say."""
    if isinstance(body, dict) and isinstance(body.get("order"), dict):
        body["order"].pop("store", None)


def _told_apart(value: Any) -> Any:
    """The entries of an order's list have different ids, which no description can say."""
    if isinstance(value, dict):
        return {name: _told_apart(each) for name, each in value.items()}
    if not isinstance(value, list):
        return value
    seen: set[Any] = set()
    entries = [_told_apart(each) for each in value]
    for number, entry in enumerate(entries):
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            entry["id"] = f"told-apart-{number}" if entry["id"] in seen else entry["id"]
            seen.add(entry["id"])
    return entries


def _whole(value: Any) -> Any:
    """For JSON Schema 12.0 is an integer; for us an amount is written without a decimal point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value
