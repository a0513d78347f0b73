"""Secrets at rest: sealed to their row, opened in one query, never stored in the clear."""

import pytest
from django.db import connection

from backoffice.security.encryption import DecryptionError
from integrations.actions import save_settings
from integrations.hints import hint
from integrations.models import Integration, IntegrationSecret
from integrations.values import values_of
from tests.factories.integrations import IntegrationFactory

pytestmark = pytest.mark.django_db

CANARY = "canary-5d1f0c7e9b"
URL = "https://hooks.example.com/orders"


def saved(**traits: object) -> Integration:
    integration: Integration = IntegrationFactory.create(**traits)
    values = {"url": URL, "header_name": "X-API-Key", "events": ["close"]}
    return save_settings(integration=integration, values=values, secrets={"header_value": CANARY}, version=0, by=None)


def test_values_hold_settings_and_clear_secrets(django_assert_num_queries: object) -> None:
    one, two = saved(), saved()
    with django_assert_num_queries(1):  # type: ignore[operator]
        values = values_of([one, two])
    assert values[one.pk] == {"url": URL, "header_name": "X-API-Key", "events": ["close"], "header_value": CANARY}
    assert set(values) == {one.pk, two.pk}


def test_before_the_first_save_there_are_the_defaults() -> None:
    integration = IntegrationFactory.create()
    assert values_of([integration])[integration.pk] == {"events": ("close",)}


def test_the_tables_hold_no_secret() -> None:
    saved()
    with connection.cursor() as cursor:
        for table in ("integrations_integration", "integrations_integrationsecret", "tenancy_auditentry"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            text = " ".join(row[0] for row in cursor.fetchall())
            assert CANARY not in text
            assert CANARY.encode().hex() not in text


def test_a_secret_moved_to_another_row_does_not_open() -> None:
    one, two = saved(), saved()
    secret = IntegrationSecret.objects.get(integration=one)
    IntegrationSecret.objects.filter(integration=two).update(ciphertext=secret.ciphertext)
    with pytest.raises(DecryptionError):
        values_of([two])


def test_a_short_secret_shows_nothing_of_itself() -> None:
    assert hint("hunter2") == ""
    assert hint(CANARY) == "7e9b"
