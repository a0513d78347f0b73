"""The setup checklist: each step is what the tables say, for this store and this member."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from backoffice.tenancy.models import Member, Store
from integrations.checklist import Checklist, checklist_of, dismiss
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas
from tests.factories.webhooks import EndpointFactory
from webhooks.models import Endpoint, HourlyFigures

pytestmark = pytest.mark.django_db

Found = Callable[[], Checklist | None]


@pytest.fixture
def member(people: Personas, store: Store) -> Member:
    return Member.objects.get(user=people.owner, organization=store.organization)


@pytest.fixture
def found(store: Store, member: Member) -> Found:
    return lambda: checklist_of(store, member, licensed=Assignment.objects.filter(store=store).exists())


def _deliver(endpoint: Endpoint) -> None:
    HourlyFigures.objects.create(endpoint=endpoint, hour=timezone.now(), succeeded=1)


def test_each_step_is_done_when_the_store_has_what_it_asks_for(store: Store, found: Found) -> None:
    started = found()
    assert started
    assert [step.name for step in started.steps] == ["license", "integration", "endpoint", "delivery"]
    assert started.done == ["license"]
    assert started.next
    assert started.next.name == "integration"
    integration = IntegrationFactory.create(store=store, settings_saved_at=timezone.now())
    endpoint = EndpointFactory.create(store=store)
    there = found()
    assert there
    assert there.done == ["license", "integration", "endpoint"]
    _deliver(endpoint)
    assert found() is None
    integration.deactivated_at = timezone.now()
    integration.save()
    undone = found()
    assert undone
    assert undone.done == ["license", "endpoint", "delivery"]


def test_another_stores_endpoints_and_removed_ones_count_for_nothing(store: Store, found: Found) -> None:
    _deliver(EndpointFactory.create())
    _deliver(EndpointFactory.create(store=store, deleted_at=timezone.now()))
    HourlyFigures.objects.create(endpoint=EndpointFactory.create(store=store), hour=timezone.now(), failed=3)
    there = found()
    assert there
    assert there.done == ["license", "endpoint"]


def test_the_organizations_endpoint_counts_for_its_stores(store: Store, found: Found) -> None:
    _deliver(EndpointFactory.create(store=None, organization=store.organization, every_store=True))
    there = found()
    assert there
    assert there.done == ["license", "endpoint", "delivery"]


def test_a_dismissed_checklist_comes_back_when_a_step_is_undone(store: Store, member: Member, found: Found) -> None:
    endpoint = EndpointFactory.create(store=store)
    dismiss(store=store, member=member, licensed=True, by=member.user)
    assert found() is None
    IntegrationFactory.create(store=store, settings_saved_at=timezone.now())
    assert found() is None
    endpoint.deleted_at = timezone.now()
    endpoint.save()
    assert found()
    dismiss(store=store, member=member, licensed=True, by=member.user)
    assert found() is None


def test_a_member_puts_it_aside_for_themself_alone(
    people: Personas, store: Store, member: Member, found: Found
) -> None:
    dismiss(store=store, member=member, licensed=True, by=member.user)
    other = Member.objects.get(user=people.viewer, organization=store.organization)
    shown = checklist_of(store, other, licensed=True)
    assert shown
    assert {step.name: step.url for step in shown.steps}["integration"] == ""
    assert found() is None
