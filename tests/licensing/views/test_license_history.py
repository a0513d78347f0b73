"""License History: plans, quantities and assignments with who and when; nothing else, and nobody else's."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Organization
from licensing.assignments import assign, unassign
from tests.factories.tenancy import MemberFactory, StoreFactory
from tests.licensing.buying import buy, license_of, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client, organization: Organization) -> Client:
    """Who bought two licenses, and gave one to a store and took it back."""
    member = MemberFactory.create(owner=True, organization=organization)
    client.force_login(member.user)
    buy(organization, wish(quantity=2), by=member.user)
    store = StoreFactory.create(organization=organization, code="HAR-1", name="=Harbor")
    assign(license=license_of(organization), stores=[store], by=member.user)
    unassign(license=license_of(organization), stores=[store], by=member.user)
    record(action="store.renamed", by=None, store=store, target=store)
    return client


def test_each_change_in_words_newest_first(owner: Client, organization: Organization) -> None:
    answer = owner.get(reverse("licensing:license_history", args=[organization.slug]))
    assert [row["words"] for row in answer.context["rows"]] == [
        "License taken from the store",
        "License assigned to the store",
        "Order INV-000001",
        "Licenses: from 0 to 2",
        "Plan: from Starter to Enterprise",
    ]
    assert answer.text.count("Olivia Owner") >= 5


def test_the_csv_says_the_same_and_escapes(owner: Client, organization: Organization) -> None:
    answer = owner.get(reverse("licensing:license_history_csv", args=[organization.slug]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Action"] for row in rows] == [
        "license.unassigned",
        "license.assigned",
        "order.created",
        "license.quantity_set",
        "subscription.changed",
    ]
    assert (rows[0]["Store code"], rows[0]["Store"], rows[0]["Who"]) == ("HAR-1", "'=Harbor", "Olivia Owner")


def test_another_organization_sees_none_of_it(owner: Client, client: Client) -> None:
    stranger = MemberFactory.create(stranger=True)
    client.force_login(stranger.user)
    answer = client.get(reverse("licensing:license_history", args=[stranger.organization.slug]))
    assert answer.context["rows"] == []
    assert "Nothing has changed yet" in answer.text
