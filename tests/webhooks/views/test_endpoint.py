"""One endpoint's page and its buttons: pause, resume, test, and the signing secret after the password was confirmed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from webhooks import endpoints
from webhooks.models import Delivery, Endpoint, HourlyFigures
from webhooks.wishes import Wishes

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
BUTTONS = ("endpoint_pause", "endpoint_resume", "endpoint_test", "endpoint_secret")


@pytest.fixture
def made(store: Store) -> tuple[Endpoint, str]:
    return endpoints.create(
        store=store,
        wishes=Wishes(
            url="https://hooks.example.com/orders",
            event_types=["order.closed"],
            headers={"X-API-Key": "canary-value-4f2a"},
        ),
        by=None,
        greet=False,
    )


@pytest.fixture
def endpoint(made: tuple[Endpoint, str]) -> Endpoint:
    return made[0]


def test_it_shows_figures_events_header_names_and_latest_deliveries(
    owner: Client, store: Store, endpoint: Endpoint, address: Address
) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    HourlyFigures.objects.create(
        endpoint=endpoint, hour=hour, succeeded=90, failed=10, latency_buckets=[0, 0, 0, 0, 60, 0, 40]
    )
    own = DeliveryFactory.create(delivered=True, endpoint=endpoint, event__store=store)
    other = DeliveryFactory.create(delivered=True, event__store=store)
    page = owner.get(address("endpoint", endpoint=endpoint.public_id)).text
    for words in ("90 %", "16 ms", "64 ms", "X-API-Key", "Close Order", "15 seconds", "5 min"):
        assert words in page
    assert own.public_id in page
    assert other.public_id not in page


def test_no_secret_is_in_any_page(
    owner: Client, endpoint: Endpoint, made: tuple[Endpoint, str], address: Address
) -> None:
    pages = [
        owner.get(address("endpoints")),
        owner.get(address("endpoint", endpoint=endpoint.public_id)),
        owner.get(address("endpoint_edit", endpoint=endpoint.public_id)),
    ]
    for page in pages:
        assert "canary-value" not in page.text
        assert made[1] not in page.text


def test_the_secret_asks_for_the_password_first(owner: Client, endpoint: Endpoint, address: Address) -> None:
    answer = owner.post(address("endpoint_secret", endpoint=endpoint.public_id))
    assert answer["Location"].startswith(reverse("account_reauthenticate") + "?next=")
    assert not AuditEntry.objects.filter(action="endpoint.secret_revealed").exists()


def test_the_secret_is_shown_in_its_place_and_audited(
    confirmed: Client, people: Personas, endpoint: Endpoint, made: tuple[Endpoint, str], address: Address
) -> None:
    part = confirmed.post(address("endpoint_secret", endpoint=endpoint.public_id), headers={"HX-Request": "true"})
    assert part["Cache-Control"] == "no-store"
    assert part.text.strip().startswith('<div id="secret-text">')
    assert made[1] in part.text
    entry = AuditEntry.objects.get(action="endpoint.secret_revealed")
    assert (entry.actor, entry.target_id) == (people.store_owner, str(endpoint.pk))
    assert made[1] not in str(entry.changes)
    whole = confirmed.post(address("endpoint_secret", endpoint=endpoint.public_id)).text
    assert "<html" in whole
    assert whole.count(made[1]) == 1


def test_an_endpoint_without_a_key_has_no_secret(confirmed: Client, store: Store, address: Address) -> None:
    bare = EndpointFactory.create(store=store)
    assert confirmed.post(address("endpoint_secret", endpoint=bare.public_id)).status_code == 404


def test_pause_and_resume(owner: Client, people: Personas, endpoint: Endpoint, address: Address) -> None:
    shown = address("endpoint", endpoint=endpoint.public_id)
    answer = owner.post(address("endpoint_pause", endpoint=endpoint.public_id))
    assert (answer.status_code, answer["Location"]) == (303, shown)
    endpoint.refresh_from_db()
    assert endpoint.state == "paused"
    page = owner.get(shown).text
    assert "New events wait for it." in page
    assert f'action="{address("endpoint_resume", endpoint=endpoint.public_id)}"' in page
    owner.post(address("endpoint_resume", endpoint=endpoint.public_id))
    endpoint.refresh_from_db()
    assert endpoint.state == "enabled"
    actors = AuditEntry.objects.filter(action__in=["endpoint.paused", "endpoint.resumed"]).values_list(
        "actor", flat=True
    )
    assert set(actors) == {people.store_owner.pk}


def test_an_integrations_endpoint_can_be_paused_here(owner: Client, store: Store, address: Address) -> None:
    brought = EndpointFactory.create(store=store, integration=IntegrationFactory.create(store=store))
    assert owner.post(address("endpoint_pause", endpoint=brought.public_id)).status_code == 303
    brought.refresh_from_db()
    assert brought.state == "paused"


@pytest.mark.parametrize("name", BUTTONS)
def test_who_may_press_what(
    people: Personas, signed_in: Callable[..., Client], endpoint: Endpoint, address: Address, name: str
) -> None:
    url = address(name, endpoint=endpoint.public_id)
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).get(url).status_code == 405
    assert signed_in(people.enterprise_admin).post(url).status_code in {302, 303}


@pytest.mark.parametrize("name", ["endpoint", *BUTTONS])
def test_foreign_deleted_and_malformed_ids_are_404(
    confirmed: Client, store: Store, address: Address, name: str
) -> None:
    foreign = EndpointFactory.create()
    deleted = EndpointFactory.create(store=store, deleted_at=timezone.now())
    for public_id in (foreign.public_id, deleted.public_id, "ep_nonsense"):
        url = address(name, endpoint=public_id)
        answer = confirmed.get(url) if name == "endpoint" else confirmed.post(url)
        assert answer.status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "enabled"
    assert not Delivery.objects.exists()
