"""Yes, Activate brings an integration back as it was."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.models import Integration
from licensing.models import Assignment
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def integration(store: Store) -> Integration:
    made: Integration = IntegrationFactory.create(
        store=store, deactivated=True, setting_values={"url": "https://a.example.com/"}
    )
    return made


@pytest.fixture
def url(integration: Integration, address: Address) -> str:
    return address("activate", integration=integration.public_id)


def test_without_scripts_a_page_asks_first(owner: Client, url: str) -> None:
    page = owner.get(url).text
    assert "Activate Custom webhook?" in page
    assert "Yes, Activate" in page


def test_it_is_active_again_with_its_settings(
    owner: Client, url: str, address: Address, integration: Integration
) -> None:
    answer = owner.post(url)
    assert (answer.status_code, answer["Location"]) == (303, address("current"))
    integration.refresh_from_db()
    assert integration.deactivated_at is None
    assert integration.setting_values == {"url": "https://a.example.com/"}
    assert "Custom webhook is active again." in owner.get(address("current")).text


def test_beside_an_active_one_it_says_what_is_in_the_way(
    owner: Client, url: str, address: Address, store: Store, integration: Integration
) -> None:
    IntegrationFactory.create(store=store)
    answer = owner.post(url)
    assert (answer.status_code, answer["Location"]) == (303, address("current") + "?show=deactivated")
    said = "Custom webhook is active in this store already. Delete that one first, then activate this one."
    assert said in owner.get(answer["Location"]).text
    integration.refresh_from_db()
    assert integration.deactivated_at is not None


def test_a_store_without_a_license_cannot(owner: Client, url: str, integration: Integration) -> None:
    Assignment.objects.all().delete()
    assert owner.post(url).status_code == 302
    integration.refresh_from_db()
    assert integration.deactivated_at is not None


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405
    assert signed_in(people.enterprise_admin).post(url).status_code == 303


def test_foreign_ids_are_404(owner: Client, address: Address) -> None:
    foreign = IntegrationFactory.create(deactivated=True)
    assert owner.post(address("activate", integration=foreign.public_id)).status_code == 404
