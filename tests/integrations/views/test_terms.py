"""New terms are asked for before an integration is configured or activated; until then nothing else changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations import actions
from integrations.catalog import provider
from integrations.consents import NewTerms
from integrations.contract import Terms
from integrations.models import Consent, Integration
from integrations.status import Status, rows_of
from licensing.models import Assignment
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
SLACK = provider("slack")
NEW = Terms(version="2099-1", text="Everything is different now.")


@pytest.fixture
def integration(store: Store, people: Personas) -> Integration:
    return actions.add(store=store, provider=SLACK, by=people.owner, address="203.0.113.9")


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch, integration: Integration) -> Integration:
    """The integration, whose provider has new terms."""
    monkeypatch.setattr(type(SLACK), "terms", NEW)
    return integration


def test_the_same_terms_are_not_asked_for_again(owner: Client, integration: Integration, address: Address) -> None:
    url = address("configure", integration=integration.public_id)
    assert owner.get(url).status_code == 200
    assert owner.get(address("terms", integration=integration.public_id))["Location"] == url
    assert "New terms" not in owner.get(address("current")).text
    answer = owner.post(address("terms", integration=integration.public_id), {"accepted": "on"})
    assert answer["Location"] == url
    assert Consent.objects.count() == 1


def test_configuring_asks_first_and_keeps_both_consents(
    owner: Client, changed: Integration, address: Address, people: Personas
) -> None:
    terms = address("terms", integration=changed.public_id)
    assert "New terms: read and accept" in owner.get(address("current")).text
    for method in (owner.get, owner.post):
        answer = method(address("configure", integration=changed.public_id))
        assert (answer.status_code, answer["Location"]) == (303, terms)
    page = owner.get(terms).text
    assert "Terms, version 2099-1" in page
    assert "Everything is different now." in page
    assert "was accepted by" in page
    refused = owner.post(terms, {})
    assert refused.status_code == 422
    assert Consent.objects.count() == 1

    answer = owner.post(terms, {"accepted": "on"}, REMOTE_ADDR="203.0.113.77")
    assert (answer.status_code, answer["Location"]) == (303, address("configure", integration=changed.public_id))
    old, new = Consent.objects.order_by("id")
    assert (new.terms_version, new.terms_sha256) == ("2099-1", NEW.sha256)
    assert (new.accepted_by, new.address) == (people.store_owner, "203.0.113.77")
    assert (old.accepted_by, old.address) == (people.owner, "203.0.113.9")
    assert AuditEntry.objects.get(action="integration.terms_accepted").actor == people.store_owner
    assert owner.get(address("configure", integration=changed.public_id)).status_code == 200
    assert "2099-1" in owner.get(address("configure", integration=changed.public_id)).text


def test_until_then_it_goes_on_working(changed: Integration) -> None:
    Integration.objects.update(settings_saved_at=timezone.now())
    changed.refresh_from_db()
    (row,) = rows_of([changed], licensed=True)
    assert row.new_terms
    assert row.status is not Status.SUSPENDED


def test_activating_asks_first_and_then_activates(owner: Client, changed: Integration, address: Address) -> None:
    actions.deactivate(integration=changed, by=None)
    with pytest.raises(NewTerms):
        actions.activate(integration=changed, provider=SLACK, by=None)
    terms = address("terms", integration=changed.public_id) + "?then=activate"
    assert owner.post(address("activate", integration=changed.public_id))["Location"] == terms
    assert "to activate it" in " ".join(owner.get(terms).text.split())
    answer = owner.post(terms, {"accepted": "on"})
    assert answer["Location"] == address("current")
    changed.refresh_from_db()
    assert changed.deactivated_at is None


def test_accepting_alone_activates_nothing(owner: Client, changed: Integration, address: Address) -> None:
    actions.deactivate(integration=changed, by=None)
    answer = owner.post(address("terms", integration=changed.public_id), {"accepted": "on"})
    assert answer["Location"] == address("current") + "?show=deactivated"
    changed.refresh_from_db()
    assert changed.deactivated_at is not None


def test_who_may(people: Personas, signed_in: Callable[..., Client], changed: Integration, address: Address) -> None:
    url = address("terms", integration=changed.public_id)
    body: dict[str, Any] = {"accepted": "on"}
    assert signed_in(people.viewer).post(url, body).status_code == 403
    assert signed_in(people.stranger).post(url, body).status_code == 404
    Assignment.objects.all().delete()
    assert signed_in(people.store_owner).post(url, body).status_code == 302
    assert Consent.objects.count() == 1
