"""Adoption is counted from the integrations there are, and orders the catalog by popularity."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations import adoption
from integrations.adoption import count_adoption
from integrations.listings import list_every_provider
from integrations.models import Integration, ProviderAdoption
from integrations.order_health import OrderHealth
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db


class Failing:
    """Orders of one integration do not arrive."""

    def __init__(self, integration: Integration) -> None:
        self._integration = integration

    def health_of(self, integrations: object) -> Mapping[object, OrderHealth]:
        return {}

    def failing_since(self, before: datetime) -> Iterator[Mapping[object, OrderHealth]]:
        yield {self._integration.pk: OrderHealth(failing_since=before)}


@pytest.fixture(autouse=True)
def _listed() -> None:
    list_every_provider()


def test_figures_are_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    one, two = LicensedStoreFactory.create(), LicensedStoreFactory.create()
    first = IntegrationFactory.create(store=one, settings_saved_at=now)
    IntegrationFactory.create(store=one, slot=1, settings_saved_at=now)
    IntegrationFactory.create(store=two, settings_saved_at=now, failing_since=now)
    IntegrationFactory.create(store=LicensedStoreFactory.create())
    IntegrationFactory.create(store=StoreFactory.create(), settings_saved_at=now)
    IntegrationFactory.create(store=two, deactivated=True, settings_saved_at=now)
    monkeypatch.setattr(adoption, "orders_out", lambda: Failing(first))
    count_adoption()
    found = ProviderAdoption.objects.get(listing_id="custom-webhook")
    assert (found.stores, found.active, found.failing, found.deactivated) == (2, 5, 2, 1)
    none = ProviderAdoption.objects.get(listing_id="slack")
    assert (none.stores, none.active, none.failing, none.deactivated) == (0, 0, 0, 0)
    Integration.objects.all().delete()
    count_adoption()
    assert ProviderAdoption.objects.get(listing_id="custom-webhook").stores == 0


def test_popular_ones_come_first_and_say_how_many_use_them(
    owner: Client, store: Store, address: Callable[..., str]
) -> None:
    def first(query: str) -> str:
        slug: str = owner.get(address("catalog") + query).context["tiles"][0].provider.slug
        return slug

    assert first("?sort=popular") == first("")
    for _ in range(2):
        IntegrationFactory.create(provider_slug="wix", settings_saved_at=timezone.now())
    IntegrationFactory.create(provider_slug="puc", settings_saved_at=timezone.now())
    count_adoption()
    page = owner.get(address("catalog") + "?sort=popular")
    assert [tile.provider.slug for tile in page.context["tiles"][:2]] == ["wix", "puc"]
    assert "Used in 2 stores" in " ".join(page.text.split())
    assert first("") not in {"wix", "puc"}
