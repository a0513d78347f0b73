"""The API keys of an organization: found among those of all its stores, and of nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.api_keys import authenticate
from tests.factories.integrations import ApiKeyFactory, OrganizationKeyFactory
from tests.factories.tenancy import Personas, StoreFactory
from tests.webhooks.keys import text_of

pytestmark = pytest.mark.django_db


def names(page: object) -> set[str]:
    return {row.key.name for row in page.context["rows"]}  # type: ignore[attr-defined]


def test_keys_of_all_stores_are_listed_and_found(admin: Client, store: Store, url: Callable[..., str]) -> None:
    other = StoreFactory.create(organization=store.organization, name="Harbour", code="HB01")
    till = ApiKeyFactory.create(store=store, name="Till", last_used_at=timezone.now())
    ApiKeyFactory.create(store=other, name="Kiosk", expires_at=timezone.now() - timedelta(days=1))
    OrganizationKeyFactory.create(organization=store.organization)
    ApiKeyFactory.create(name="Foreign")
    place = url("organization_keys")
    assert names(admin.get(place)) == {"Till", "Kiosk", "Tills"}
    for query, found in (
        ({"q": "harb"}, {"Kiosk"}),
        ({"q": "hb01"}, {"Kiosk"}),
        ({"q": "hb\x0001"}, {"Kiosk"}),
        ({"q": till.masked[-4:]}, {"Till"}),
        ({"state": "working"}, {"Till"}),
        ({"state": "unused"}, {"Tills"}),
        ({"state": "ended"}, {"Kiosk"}),
        ({"of": "organization"}, {"Tills"}),
        ({"of": "store", "state": "working"}, {"Till"}),
        ({"state": "strange"}, {"Till", "Kiosk", "Tills"}),
        ({"q": "nothing"}, set()),
    ):
        assert names(admin.get(place, query)) == found, query
    assert "No key matches" in admin.get(place, {"q": "nothing"}).text
    part = admin.get(place, {"q": "harb"}, headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<div id="results"')
    assert text_of(till) not in admin.get(place).text


def test_who_may(people: Personas, signed_in: Callable[..., Client], store: Store, url: Callable[..., str]) -> None:
    """A store owner runs the keys of the stores they are given, on those stores' pages, and no others."""
    key = OrganizationKeyFactory.create(organization=store.organization)
    for place in (url("organization_keys"), url("organization_key_create"), url("organization_key", key.public_id)):
        assert signed_in(people.store_owner).get(place).status_code == 403
        assert signed_in(people.viewer).get(place).status_code == 403
        assert signed_in(people.stranger).get(place).status_code == 404
        assert signed_in(people.owner).get(place).status_code == 200
    foreign = ApiKeyFactory.create()
    assert signed_in(people.owner).post(url("organization_key_revoke", foreign.public_id)).status_code == 404
    assert authenticate(text_of(foreign)) is not None
