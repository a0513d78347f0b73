"""One provider for several stores: chosen one by one or all that a search finds, each with a consent of its own."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.tenancy.models import AuditEntry, Store
from integrations import store_choice
from integrations.catalog import provider
from integrations.models import Consent, Integration
from integrations.store_choice import StoreChoice
from licensing.models import Assignment, PlanLevel, Subscription
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import Personas, StoreFactory

pytestmark = pytest.mark.django_db

ACCEPT = {"accepted": "on"}


@pytest.fixture
def url(address: Callable[..., str], store: Store) -> str:
    Subscription.objects.filter(organization=store.organization).update(level=PlanLevel.ENTERPRISE)
    return address("add_to_stores", provider="slack")


@pytest.fixture
def siblings(store: Store) -> list[Store]:
    return [
        LicensedStoreFactory.create(organization=store.organization, name=f"Sibling {number}") for number in range(3)
    ]


@pytest.fixture
def admin(people: Personas, signed_in: Callable[..., Client]) -> Client:
    return signed_in(people.enterprise_admin)


def having() -> set[Store]:
    return {integration.store for integration in Integration.objects.active().filter(provider_slug="slack")}


def test_chosen_stores_get_it_with_a_consent_each(
    admin: Client, url: str, siblings: list[Store], people: Personas
) -> None:
    chosen = siblings[:2]
    answer = admin.post(
        url, {**ACCEPT, "store": [each.public_id for each in chosen]}, REMOTE_ADDR="203.0.113.9", follow=True
    )
    assert answer.redirect_chain == [(f"{url}?show=have", 303)]
    assert having() == set(chosen)
    assert "Slack was added to 2 stores." in answer.text
    assert "Needs setup" in answer.text
    terms = provider("slack").terms
    for each in chosen:
        consent = Consent.objects.get(store=each)
        assert (consent.accepted_by, consent.address) == (people.enterprise_admin, "203.0.113.9")
        assert (consent.terms_version, consent.terms_sha256) == (terms.version, terms.sha256)
        entry = AuditEntry.objects.get(action="integration.added", store=each)
        assert (entry.actor, entry.changes["provider"]) == (people.enterprise_admin, "slack")


def test_all_that_match_are_those_that_can_get_it(admin: Client, url: str, store: Store, siblings: list[Store]) -> None:
    IntegrationFactory.create(store=siblings[0], provider_slug="slack")
    unlicensed = StoreFactory.create(organization=store.organization, name="Sibling without")
    page = admin.get(url + "?q=sibling").text
    assert "All 2 stores that match and can get it" in " ".join(page.split())
    assert "No license" in page
    admin.post(url, {**ACCEPT, "q": "sibling", "every": "1"})
    assert having() == set(siblings)
    assert Integration.objects.filter(provider_slug="slack").count() == 3
    assert unlicensed not in having()


def test_what_was_ticked_before_a_search_stays_ticked(admin: Client, url: str, siblings: list[Store]) -> None:
    first, second, third = siblings
    words = second.name.replace(" ", "+")
    page = admin.get(f"{url}?q={words}&store={first.public_id}&store={second.public_id}")
    assert [each.pk for each in page.context["elsewhere"]] == [first.pk]
    for each in (first, second):
        assert re.search(rf'value="{each.public_id}"\s+checked', page.text)
    assert third.public_id not in page.text
    answer = admin.post(url, {"q": second.name, "store": [first.public_id, second.public_id]})
    assert answer.status_code == 422
    assert [each.pk for each in answer.context["elsewhere"]] == [first.pk]
    having_it = admin.get(f"{url}?show=have&store={first.public_id}").text
    assert f'type="hidden" name="store" value="{first.public_id}"' in having_it


def test_a_search_of_the_form_takes_along_what_is_ticked(admin: Client, url: str, siblings: list[Store]) -> None:
    first, second, _third = siblings
    form = {**ACCEPT, "q": "sib", "every": "1", "search": "1"}
    answer = admin.post(url, {**form, "words": " Sibling 2 ", "store": [second.public_id, first.public_id, "nonsense"]})
    assert (answer.status_code, having()) == (303, set())
    assert answer["Location"] == f"{url}?q=Sibling+2&store={first.public_id}&store={second.public_id}"
    page = admin.get(answer["Location"])
    assert [each.pk for each in page.context["elsewhere"]] == [first.pk, second.pk]
    assert page.context["choice"].every is False
    having_it = admin.post(f"{url}?show=have", {**form, "words": "x"})
    assert having_it["Location"] == f"{url}?show=have&q=x"
    assert admin.post(url, {**form, "words": ""})["Location"] == url


def test_a_search_refuses_more_than_an_address_takes_and_loses_nothing(
    admin: Client, url: str, siblings: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_choice, "MOST_IN_ADDRESS", 1)
    first, second, _third = siblings
    notice = r"data-store-choice-full\s*>"
    assert not re.search(notice, admin.get(url).text)
    form = {"words": "x", "search": "1", "every": "1", "store": [first.public_id, second.public_id]}
    answer = admin.post(url, form)
    assert answer.status_code == 422
    assert re.search(notice, answer.text)
    assert answer.context["choice"] == StoreChoice(every=True, ids=frozenset({first.pk, second.pk}))


def test_all_that_match_come_beside_those_that_were_ticked_before(
    admin: Client, url: str, siblings: list[Store]
) -> None:
    first, second, _third = siblings
    admin.post(url, {**ACCEPT, "q": second.name, "every": "1", "store": first.public_id})
    assert having() == {first, second}


def test_foreign_unlicensed_and_repeated_stores_get_nothing(
    admin: Client, url: str, store: Store, siblings: list[Store]
) -> None:
    IntegrationFactory.create(store=store, provider_slug="slack")
    foreign, unlicensed = LicensedStoreFactory.create(), StoreFactory.create(organization=store.organization)
    ids = [each.public_id for each in (store, foreign, unlicensed, siblings[0])]
    admin.post(url, {**ACCEPT, "store": [*ids, "nonsense"]})
    assert having() == {store, siblings[0]}
    assert Integration.objects.count() == 2


def test_without_box_or_store_nothing_is_stored(admin: Client, url: str, siblings: list[Store]) -> None:
    answer = admin.post(url, {"store": siblings[0].public_id})
    assert answer.status_code == 422
    assert "Select the Terms and Conditions box" in answer.text
    answer = admin.post(url, ACCEPT)
    assert answer.status_code == 422
    assert "Choose at least one store." in answer.text
    assert not Integration.objects.exists()


def test_a_store_owner_reaches_the_own_stores_alone(
    owner: Client, url: str, store: Store, siblings: list[Store]
) -> None:
    page = owner.get(url).text
    assert store.name in page
    assert siblings[0].name not in page
    owner.post(url, {**ACCEPT, "every": "1"})
    assert having() == {store}


def test_many_stores_take_as_many_statements_as_few(admin: Client, url: str, store: Store) -> None:
    def statements(number: int) -> int:
        for _ in range(number):
            LicensedStoreFactory.create(organization=store.organization)
        with CaptureQueriesContext(connection) as captured:
            assert admin.post(url, {**ACCEPT, "every": "1"}).status_code == 303
        return len(captured)

    statements(1)
    assert statements(2) == statements(12)


def test_other_levels_add_store_by_store(owner: Client, url: str, address: Callable[..., str], store: Store) -> None:
    disclaimer = address("disclaimer", provider="slack")
    assert url in owner.get(disclaimer).text
    assert url in owner.get(address("detail", provider="slack")).text
    Subscription.objects.filter(organization=store.organization).update(level=PlanLevel.PRO)
    assert owner.get(url)["Location"] == disclaimer
    assert url not in owner.get(disclaimer).text


def test_who_may(people: Personas, signed_in: Callable[..., Client], url: str) -> None:
    assert signed_in(people.viewer).post(url, {**ACCEPT, "every": "1"}).status_code == 403
    assert signed_in(people.stranger).post(url, {**ACCEPT, "every": "1"}).status_code == 404
    Assignment.objects.all().delete()
    assert signed_in(people.owner).post(url, {**ACCEPT, "every": "1"}).status_code == 302
    assert not Integration.objects.exists()
