"""Calls with a key of an organization: which store they are for, and which they may not be for."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.models import ApiKey
from integrations.scope_words import ALWAYS, SCOPES
from licensing.models import Assignment, PlanLevel, Subscription
from tests.factories.integrations import ApiKeyFactory, OrganizationKeyFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.webhooks.keys import text_of
from tests.webhooks.orders import smallest_order
from webhooks.models import OrderEvent

pytestmark = pytest.mark.django_db

STORE = "/api/v1/store"


@pytest.fixture
def store() -> Store:
    made: Store = LicensedStoreFactory.create()
    return made


@pytest.fixture
def shared(store: Store) -> ApiKey:
    made: ApiKey = OrganizationKeyFactory.create(organization=store.organization)
    return made


@pytest.fixture
def ask(client: Client, shared: ApiKey) -> Callable[..., Any]:
    """`ask("DT01")` asks which store the call is for; `key` asks with another key."""

    def call(code: str | None = None, *, key: ApiKey | None = None) -> Any:
        headers = {"authorization": f"Bearer {text_of(key or shared)}"}
        return client.get(STORE, headers=headers if code is None else {**headers, "x-store": code})

    return call


def test_the_header_names_the_store(ask: Callable[..., Any], store: Store) -> None:
    answer = ask(store.code.lower())
    assert (answer.status_code, answer.json()["code"]) == (200, store.code)


def test_orders_are_that_stores(client: Client, shared: ApiKey, store: Store) -> None:
    other = LicensedStoreFactory.create(organization=store.organization)
    for code in (store.code, other.code):
        answer = client.post(
            "/api/v1/orders",
            json.dumps({"type": "order.closed", "order": smallest_order(currency=store.currency)}),
            content_type="application/json",
            headers={"authorization": f"Bearer {text_of(shared)}", "x-store": code},
        )
        assert answer.status_code == 202, answer.text
    assert set(OrderEvent.objects.values_list("store", "api_key_id")) == {(store.pk, shared.pk), (other.pk, shared.pk)}


def test_without_the_header_nobody_knows_which_store(ask: Callable[..., Any]) -> None:
    for code in (None, " "):
        answer = ask(code)
        assert (answer.status_code, answer.json()["code"]) == (400, "store_required")


def test_stores_it_does_not_open_are_answered_alike(ask: Callable[..., Any], store: Store) -> None:
    """Of another organization, not chosen for the key, and of nobody."""
    foreign = LicensedStoreFactory.create(code="FOREIGN")
    closed = LicensedStoreFactory.create(organization=store.organization)
    narrow = OrganizationKeyFactory.create(organization=store.organization, stores=[store])
    assert ask(store.code, key=narrow).status_code == 200
    answers = [ask(foreign.code), ask(closed.code, key=narrow), ask("NOBODY")]
    assert {answer.status_code for answer in answers} == {403}
    assert len({(answer.json()["code"], answer.json()["detail"]) for answer in answers}) == 1
    assert answers[0].json()["code"] == "store_not_allowed"


def test_a_stores_key_may_name_its_own_store_and_no_other(ask: Callable[..., Any], store: Store) -> None:
    own, other = ApiKeyFactory.create(store=store), LicensedStoreFactory.create(organization=store.organization)
    assert ask(store.code.lower(), key=own).status_code == 200
    refused = ask(other.code, key=own)
    assert (refused.status_code, refused.json()["code"]) == (403, "store_not_allowed")


def test_hub_and_level_are_asked_at_each_call(ask: Callable[..., Any], store: Store) -> None:
    assert ask(store.code).status_code == 200
    Subscription.objects.update(level=PlanLevel.PRO)
    assert ask(store.code).json()["code"] == "license_required"
    Subscription.objects.update(level=PlanLevel.ENTERPRISE)
    assert ask(store.code).status_code == 200
    Assignment.objects.all().delete()
    assert ask(store.code).json()["code"] == "license_required"


def test_the_pages_name_every_call_under_its_scope(client: Client) -> None:
    """What a page says of a scope is what the API's document says."""
    document = client.get("/api/v1/openapi.json").json()
    declared: dict[str, set[str]] = {}
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            for scope in call["security"][0]["bearerKey"] or ["every key"]:
                declared.setdefault(scope, set()).add(f"{method.upper()} {path}")
            assert "x-store" in {parameter["name"] for parameter in call["parameters"]}, path
    assert declared.pop("every key") == set(ALWAYS)
    assert declared == {words.scope.value: set(words.calls) for words in SCOPES}
