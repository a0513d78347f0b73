"""Delete deactivates, keeps everything, and offers the way back."""

from collections.abc import Callable

import pytest
from django.test import Client

from backoffice.tenancy.models import Store
from integrations.models import Integration
from tests.factories.integrations import IntegrationFactory
from tests.factories.tenancy import Personas

pytestmark = pytest.mark.django_db

Address = Callable[..., str]


@pytest.fixture
def integration(store: Store) -> Integration:
    made: Integration = IntegrationFactory.create(store=store)
    return made


@pytest.fixture
def url(integration: Integration, address: Address) -> str:
    return address("deactivate", integration=integration.public_id)


def test_without_scripts_a_page_asks_first(owner: Client, url: str, integration: Integration) -> None:
    page = owner.get(url).text
    assert "Delete Custom webhook?" in page
    assert "Cancel" in page
    assert integration.deactivated_at is None


def test_delete_deactivates_and_undo_brings_it_back(
    owner: Client, url: str, address: Address, integration: Integration
) -> None:
    answer = owner.post(url)
    assert (answer.status_code, answer["Location"]) == (303, address("current"))
    integration.refresh_from_db()
    assert integration.deactivated_at is not None
    page = owner.get(address("current")).text
    undo = address("activate", integration=integration.public_id)
    assert "Custom webhook was deactivated. Its settings are kept." in page
    assert f'action="{undo}"' in page
    assert "Undo" in page
    owner.post(undo)
    integration.refresh_from_db()
    assert integration.deactivated_at is None


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str, integration: Integration) -> None:
    assert signed_in(people.viewer).post(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405
    integration.refresh_from_db()
    assert integration.deactivated_at is None
    assert signed_in(people.enterprise_admin).post(url).status_code == 303


def test_foreign_and_malformed_ids_are_404(owner: Client, address: Address) -> None:
    foreign: Integration = IntegrationFactory.create()
    for public_id in (foreign.public_id, "int_nonsense", "key_" + foreign.public_id[4:]):
        assert owner.post(address("deactivate", integration=public_id)).status_code == 404
    foreign.refresh_from_db()
    assert foreign.deactivated_at is None
