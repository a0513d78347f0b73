"""Support finds integrations, consents and keys, and sees no secret."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry, Store
from integrations import actions
from integrations.catalog import provider
from integrations.models import ApiKey, Consent, Integration, IntegrationSecret
from licensing.models import Assignment
from tests.factories.accounts import UserFactory
from tests.factories.integrations import ApiKeyFactory, IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

CANARY = "canary-5d1f0c7e9b"
MODELS = ("integration", "integrationsecret", "consent", "apikey")


@pytest.fixture
def support(client: Client) -> User:
    user: User = UserFactory.create(support=True)
    client.force_login(user)
    return user


@pytest.fixture
def integration(store: Store, people: Personas) -> Integration:
    added = actions.add(store=store, provider=provider("custom-webhook"), by=people.owner, address="203.0.113.9")
    return actions.save_settings(
        integration=added,
        values={"url": "https://a.example.com/", "events": ["close"], "header_name": "X-Key"},
        secrets={"header_value": CANARY},
        version=0,
        by=people.owner,
    )


def rows(store: Store) -> dict[str, Any]:
    return {
        "integration": Integration.objects.get(),
        "integrationsecret": IntegrationSecret.objects.get(),
        "consent": Consent.objects.get(),
        "apikey": ApiKeyFactory.create(store=store),
    }


@pytest.mark.usefixtures("support", "integration")
def test_pages_open_are_read_only_and_show_no_secret(client: Client, store: Store) -> None:
    for model, row in rows(store).items():
        listed = client.get(reverse(f"admin:integrations_{model}_changelist"), {"q": store.code})
        shown = client.get(reverse(f"admin:integrations_{model}_change", args=[row.pk]))
        for page in (listed, shown):
            assert page.status_code == 200
            assert CANARY not in page.text
            assert "ciphertext" not in page.text
            assert getattr(row, "text", CANARY) not in page.text
        assert ('type="submit" value="Save"' in shown.text) is (model == "apikey")
        assert client.get(reverse(f"admin:integrations_{model}_add")).status_code == 403
        assert (
            client.post(reverse(f"admin:integrations_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code
            == 403
        )


@pytest.mark.usefixtures("support")
def test_an_integration_is_found_by_the_id_its_page_has(client: Client, integration: Integration) -> None:
    other = IntegrationFactory.create()
    listed = client.get(reverse("admin:integrations_integration_changelist"), {"q": integration.public_id})
    assert integration.public_id in listed.text
    assert other.public_id not in listed.text
    assert "Connected" in listed.text
    Assignment.objects.filter(store=integration.store).delete()
    listed = client.get(reverse("admin:integrations_integration_changelist"), {"q": integration.public_id})
    assert "Suspended" in listed.text


@pytest.mark.usefixtures("support")
def test_the_list_takes_the_same_queries_for_many_rows(client: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        IntegrationFactory.create()
    with django_assert_max_num_queries(12):
        client.get(reverse("admin:integrations_integration_changelist"))


def test_support_revokes_a_leaked_key(client: Client, support: User, store: Store) -> None:
    key, other = ApiKeyFactory.create(store=store), ApiKeyFactory.create(store=store)
    url = reverse("admin:integrations_apikey_changelist")
    client.post(url, {"action": "revoke", "_selected_action": [str(key.pk)]})
    assert list(ApiKey.objects.usable()) == [other]
    assert AuditEntry.objects.get(action="api_key.revoked").actor == support


def test_support_lets_a_key_make_more_requests_and_changes_nothing_else(
    client: Client, support: User, store: Store
) -> None:
    key = ApiKeyFactory.create(store=store, name="Till")
    url = reverse("admin:integrations_apikey_change", args=[key.pk])
    assert (
        client.post(url, {"requests_per_minute": "60000", "name": "Mine", "revoked_at_0": "2026-01-01"}).status_code
        == 302
    )
    key.refresh_from_db()
    assert (key.requests_per_minute, key.name, key.usable) == (60000, "Till", True)
    entry = AuditEntry.objects.get(action="api_key.limit_set")
    assert (entry.actor, entry.store, entry.changes) == (support, store, {"requests_per_minute": [None, 60000]})
    refused = client.post(url, {"requests_per_minute": "0"})
    assert (refused.status_code, AuditEntry.objects.filter(action="api_key.limit_set").count()) == (200, 1)
    client.post(url, {"requests_per_minute": ""})
    key.refresh_from_db()
    assert key.requests_per_minute is None


def test_support_deactivates_and_activates(client: Client, support: User, integration: Integration) -> None:
    url = reverse("admin:integrations_integration_changelist")
    page = client.post(url, {"action": "deactivate", "_selected_action": [str(integration.pk)]}, follow=True)
    assert "1 integration was deactivated." in page.text
    assert Integration.objects.get().deactivated_at is not None
    page = client.post(url, {"action": "activate", "_selected_action": [str(integration.pk)]}, follow=True)
    assert "1 integration was activated." in page.text
    assert Integration.objects.get().deactivated_at is None
    assert list(AuditEntry.objects.filter(actor=support).order_by("id").values_list("action", flat=True)) == [
        "integration.deactivated",
        "integration.activated",
    ]


def test_activating_beside_an_active_one_is_refused_in_words(
    client: Client, support: User, store: Store, integration: Integration
) -> None:
    gone = IntegrationFactory.create(store=store, deactivated=True)
    url = reverse("admin:integrations_integration_changelist")
    page = client.post(url, {"action": "activate", "_selected_action": [str(gone.pk)]}, follow=True)
    assert "active in this store already" in page.text
    gone.refresh_from_db()
    assert gone.deactivated_at is not None


@pytest.mark.usefixtures("support")
def test_consents_are_filtered_by_todays_terms_and_by_all_earlier_ones(
    client: Client, store: Store, people: Personas
) -> None:
    current = provider("slack").terms.version
    integration = IntegrationFactory.create(store=store, provider_slug="slack")
    for version in (current, "2019-01-01"):
        Consent.objects.create(
            integration=integration, store=store,
            provider_slug="slack", terms_version=version, terms_sha256="0" * 64, accepted_by=people.owner,
        )  # fmt: skip
    url = reverse("admin:integrations_consent_changelist")
    for asked, found in (
        (current, [current]),
        ("earlier", ["2019-01-01"]),
        ("2019-01-01", ["2019-01-01", current]),
        ("", ["2019-01-01", current]),
    ):
        page = client.get(url, {"terms_version": asked} if asked else {})
        assert sorted(each.terms_version for each in page.context["cl"].result_list) == found
    assert "2019" not in str(page.context["cl"].filter_specs[1].lookup_choices)
