"""`GET integrations`: what the store has and how it fares, without a setting."""

from typing import Any

from django.test import Client
from django.utils import timezone

from integrations.models import ApiKey, IntegrationSecret
from tests.factories.integrations import IntegrationFactory


def _get(client: Client, bearer: dict[str, str], **query: Any) -> Any:
    return client.get("/api/v1/integrations", query, headers=bearer)


def test_what_the_store_has(client: Client, key: ApiKey, bearer: dict[str, str]) -> None:
    moment = timezone.now().replace(microsecond=0)
    failing = IntegrationFactory.create(
        store=key.store,
        provider_slug="slack",
        setting_values={"channel": "canary-setting"},
        settings_saved_at=moment,
        failing_since=moment,
        last_error="Slack says: no.",
    )
    IntegrationSecret.objects.create(integration=failing, name="webhook_url", ciphertext=b"x", hint="canary-hint")
    gone = IntegrationFactory.create(store=key.store, deactivated=True)
    answer = _get(client, bearer)
    (told,) = answer.json()["integrations"]
    assert told.pop("added_at").endswith("Z")
    assert told == {
        "id": failing.public_id,
        "provider": "slack",
        "name": "Slack",
        "status": told["status"],
        "problem": told["problem"],
        "failing_since": told["failing_since"],
        "last_success_at": None,
        "deactivated_at": None,
    }
    assert told["status"] in {"failing", "needs_setup"}
    assert b"canary" not in answer.content
    every = _get(client, bearer, include_deactivated="true", limit=1).json()
    assert [(each["id"], each["status"]) for each in every["integrations"]] == [(gone.public_id, "deactivated")]
    last = _get(client, bearer, include_deactivated="true", cursor=every["next"]).json()
    assert [each["id"] for each in last["integrations"]] == [failing.public_id]


def test_a_switch_is_true_or_false(client: Client, bearer: dict[str, str]) -> None:
    answer = _get(client, bearer, include_deactivated="perhaps")
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"parameter": "include_deactivated", "detail": "This must be true or false."}],
    )
