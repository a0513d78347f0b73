"""The OpenAPI document is valid, complete, and true."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import validate

from integrations.models import ApiKey
from webhooks.api.problems import ProblemCode
from webhooks.canonical.order import Order
from webhooks.event_types import EventType


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    response = client.get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    parsed: dict[str, Any] = response.json()
    return parsed


def calls(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            yield path, method, call


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_an_unchanged_document_is_not_sent_again(client: Client) -> None:
    etag = client.get("/api/v1/openapi.json").headers["ETag"]
    again = client.get("/api/v1/openapi.json", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_every_call_declares_its_problems(document: dict[str, Any]) -> None:
    for path, method, call in calls(document):
        statuses = set(call["responses"])
        assert {"400", "401", "403", "429", "503"} <= statuses, (path, method)
        if "requestBody" in call:
            assert {"411", "413", "415", "422"} <= statuses, (path, method)
    assert "409" in document["paths"]["/orders"]["post"]["responses"]


def test_every_read_declares_its_etag_and_its_parameters(document: dict[str, Any]) -> None:
    reads = [call for _path, method, call in calls(document) if method == "get"]
    assert len(reads) == 9
    for call in reads:
        assert "ETag" in call["responses"]["200"]["headers"]
        assert "content" not in call["responses"]["304"]
        names = {each["name"]: each for each in call["parameters"]}
        assert "If-None-Match" in names
        asked = [each for each in names.values() if each["in"] == "query"]
        assert bool(asked) == ("422" in call["responses"])
        assert all(each["description"] and "example" in each for each in asked)
        if call["operationId"].startswith("list_"):
            assert {"limit", "cursor"} <= set(names)


def test_every_problem_has_an_example(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]
    shown = [
        code for response in responses.values() for code in response["content"]["application/problem+json"]["examples"]
    ]
    assert sorted(shown) == sorted(problem.code for problem in ProblemCode)


def test_every_call_asks_for_a_key(document: dict[str, Any], client: Client, db: None) -> None:
    assert set(document["components"]["securitySchemes"]) == {"bearerKey", "apikeyHeader"}
    found = list(calls(document))
    assert len(found) >= 2
    for path, method, call in found:
        assert [set(each) for each in call["security"]] == [{"bearerKey"}, {"apikeyHeader"}]
        assert getattr(client, method)(f"/api/v1{path}").status_code == 401, (path, method)


def test_every_field_is_described_and_has_an_example(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, each in schema.get("properties", {}).items():
            assert each.get("description"), f"{name}.{field}"
            kinds = json.dumps(each)
            assert each.get("examples") or "$ref" in kinds, f"{name}.{field}"
        if "properties" in schema:
            assert schema["additionalProperties"] is False, name


def test_examples_can_be_posted(document: dict[str, Any], client: Client, key: ApiKey, bearer: dict[str, str]) -> None:
    content = document["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        response = client.post("/api/v1/orders", example["value"], content_type="application/json", headers=bearer)
        assert response.status_code == 202, response.content


def test_webhooks_are_described(document: dict[str, Any]) -> None:
    assert set(document["webhooks"]) == set(EventType.values)
    for name, methods in document["webhooks"].items():
        call = methods["post"]
        assert [each["name"] for each in call["parameters"]] == ["webhook-id", "webhook-timestamp", "webhook-signature"]
        body = call["requestBody"]["content"]["application/json"]["example"]
        assert set(body) - {"test"} == {"id", "type", "timestamp", "api_version", "data"}
        assert ("test" in body) == (name == "webhook.test")
        assert body["type"] == name
        assert set(body["data"]["order"]) == set(Order.model_fields)


def test_answers_are_as_described(document: dict[str, Any], client: Client, bearer: dict[str, str]) -> None:
    store = client.get("/api/v1/store", headers=bearer).json()
    assert set(store) == set(document["components"]["schemas"]["StoreAnswer"]["properties"])
    problem = client.get("/api/v1/nothing").json()
    properties = document["components"]["schemas"]["Problem"]
    assert set(properties["required"]) <= set(problem) <= set(properties["properties"])
