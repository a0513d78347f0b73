"""Copying settings to other stores: chosen, previewed, consented to, done in one go, and sealed anew for each."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.tenancy.models import AuditEntry, Store
from integrations import store_choice
from integrations.actions import add, save_settings
from integrations.catalog import provider
from integrations.models import Consent, Integration, IntegrationSecret
from integrations.store_choice import StoreChoice
from integrations.values import values_of
from tests.factories.integrations import IntegrationFactory
from tests.factories.licensing import LicensedStoreFactory
from tests.factories.tenancy import Personas, StoreFactory

pytestmark = pytest.mark.django_db

Address = Callable[..., str]
CANARY = "canary-5d1f0c7e9b"
VALUES = {"url": "https://hooks.example.com/orders", "header_name": "X-API-Key", "events": ["close"]}
OLD = {"url": "https://old.example.com/", "header_name": "", "events": ["close"]}


@pytest.fixture
def source(store: Store, people: Personas) -> Integration:
    made = add(store=store, provider=provider("custom-webhook"), by=people.owner, address=None)
    return save_settings(integration=made, values=VALUES, secrets={"header_value": CANARY}, version=0, by=people.owner)


@pytest.fixture
def boss(people: Personas, signed_in: Callable[..., Client]) -> Client:
    return signed_in(people.enterprise_admin)


@pytest.fixture
def url(source: Integration, address: Address) -> str:
    return address("copy_settings", integration=source.public_id)


def stores(source: Integration, number: int) -> list[Store]:
    return list(LicensedStoreFactory.create_batch(number, organization=source.store.organization))


def having(store: Store, people: Personas) -> Integration:
    """A store that has the provider with other settings."""
    made = add(store=store, provider=provider("custom-webhook"), by=people.owner, address=None)
    return save_settings(integration=made, values=OLD, secrets={"header_value": "old-secret-value"}, version=0, by=None)


def ids(*chosen: Store) -> list[str]:
    return [store.public_id for store in chosen]


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_each_store_says_what_would_happen(boss: Client, url: str, source: Integration, people: Personas) -> None:
    fresh, other = stores(source, 2)
    having(other, people)
    StoreFactory.create(organization=source.store.organization, name="Kiosk without license")
    page = boss.get(url).text
    assert "Is added and set up" in page
    assert re.search(r"Different now:\s+Endpoint URL,\s+Header name", page)
    assert "No license" in page
    assert "All 2 other licensed stores" in page
    assert fresh.public_id in page
    assert source.store.public_id not in page
    assert CANARY not in page


def test_a_search_of_the_form_takes_along_what_is_ticked(
    boss: Client, url: str, source: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted(stores(source, 2), key=lambda store: store.pk)
    form = {"q": "", "every": "1", "search": "1", "words": second.name, "store": ids(first, second)}
    answer = boss.post(url, form)
    words = urlencode({"q": second.name})
    assert answer.status_code == 303
    assert answer["Location"] == f"{url}?{words}&store={first.public_id}&store={second.public_id}"
    page = boss.get(answer["Location"])
    assert [store.pk for store in page.context["elsewhere"]] == [first.pk]
    monkeypatch.setattr(store_choice, "MOST_IN_ADDRESS", 1)
    refused = boss.post(url, form)
    assert (refused.status_code, refused.context["too_many"]) == (422, True)
    assert refused.context["choice"] == StoreChoice(every=True, ids=frozenset({first.pk, second.pk}))


def test_it_is_previewed_and_then_done(boss: Client, url: str, source: Integration, people: Personas) -> None:
    fresh, other, untouched = stores(source, 3)
    target = having(other, people)
    preview = boss.post(url, {"store": ids(fresh, other)})
    assert preview.status_code == 200
    assert "1 store gets the integration." in preview.text
    assert "In 1 store the settings that are there are replaced." in preview.text
    assert untouched.public_id not in preview.text
    assert Integration.objects.count() == 2
    answer = boss.post(url, {"store": ids(fresh, other), "seen": seen(preview.text), "accepted": "on"})
    assert answer.status_code == 303
    added = Integration.objects.get(store=fresh)
    for copied in (added, target):
        copied.refresh_from_db()
        assert values_of([copied])[copied.pk] == {**VALUES, "header_value": CANARY}
        assert copied.settings_saved_at is not None
    assert target.version == 2
    assert not Integration.objects.filter(store=untouched).exists()
    ciphertexts = IntegrationSecret.objects.values_list("ciphertext", flat=True)
    assert len({bytes(one) for one in ciphertexts}) == 3
    consent = Consent.objects.get(integration=added)
    assert (consent.accepted_by, consent.address) == (people.enterprise_admin, "127.0.0.1")
    assert Consent.objects.filter(integration=target).count() == 1
    assert AuditEntry.objects.filter(action="integration.settings_copied", actor=people.enterprise_admin).count() == 2
    assert AuditEntry.objects.get(action="integration.copied").changes == {"stores": 2}
    assert CANARY not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_all_that_match(boss: Client, url: str, source: Integration) -> None:
    harbor = [
        LicensedStoreFactory.create(organization=source.store.organization, name=f"Harbor {number}")
        for number in range(3)
    ]
    stores(source, 1)
    preview = boss.post(url, {"q": "harbor", "every": "1"})
    boss.post(url, {"q": "harbor", "every": "1", "seen": seen(preview.text), "accepted": "on"})
    assert set(Integration.objects.exclude(pk=source.pk).values_list("store", flat=True)) == {one.pk for one in harbor}


def test_without_the_box_nothing_is_copied(boss: Client, url: str, source: Integration) -> None:
    (fresh,) = stores(source, 1)
    preview = boss.post(url, {"store": ids(fresh)})
    answer = boss.post(url, {"store": ids(fresh), "seen": seen(preview.text)})
    assert answer.status_code == 422
    assert "Select the Terms and Conditions box" in answer.text
    assert Integration.objects.count() == 1


def test_where_the_terms_are_accepted_nobody_is_asked_again(
    boss: Client, url: str, source: Integration, people: Personas
) -> None:
    (other,) = stores(source, 1)
    having(other, people)
    preview = boss.post(url, {"store": ids(other)}).text
    assert "Terms and Conditions" not in preview
    assert boss.post(url, {"store": ids(other), "seen": seen(preview)}).status_code == 303


def test_changed_terms_are_accepted_by_who_copies(
    boss: Client, url: str, source: Integration, people: Personas
) -> None:
    (other,) = stores(source, 1)
    target = IntegrationFactory.create(store=other)
    Consent.objects.create(
        integration=target, store=other, provider_slug="custom-webhook", terms_version="0", terms_sha256="0" * 64,
        accepted_by=people.owner,
    )  # fmt: skip
    preview = boss.post(url, {"store": ids(other)}).text
    assert "Its terms have changed and are accepted by you." in preview
    boss.post(url, {"store": ids(other), "seen": seen(preview), "accepted": "on"})
    latest = Consent.objects.filter(integration=target).order_by("-id").first()
    assert latest is not None
    assert (latest.accepted_by, latest.terms_sha256) == (
        people.enterprise_admin,
        provider("custom-webhook").terms.sha256,
    )


def test_what_changed_since_the_preview_is_shown_and_not_overwritten(
    boss: Client, url: str, source: Integration, people: Personas
) -> None:
    (other,) = stores(source, 1)
    target = having(other, people)
    preview = boss.post(url, {"store": ids(other)}).text
    newer = {**OLD, "url": "https://newer.example.com/"}
    save_settings(integration=target, values=newer, secrets={}, version=1, by=None)
    answer = boss.post(url, {"store": ids(other), "seen": seen(preview)})
    assert answer.status_code == 409
    assert "Something changed while you looked." in answer.text
    target.refresh_from_db()
    assert target.setting_values == newer


def test_a_secret_that_the_source_lacks_is_taken_away(
    boss: Client, url: str, source: Integration, people: Personas
) -> None:
    (other,) = stores(source, 1)
    target = having(other, people)
    IntegrationSecret.objects.filter(integration=source).delete()
    preview = boss.post(url, {"store": ids(other)}).text
    boss.post(url, {"store": ids(other), "seen": seen(preview)})
    assert not target.secrets.exists()


def test_it_takes_the_same_number_of_queries_for_many(boss: Client, url: str, source: Integration) -> None:
    counts = []
    for number in (2, 20):
        stores(source, number)
        boss.get(url)
        with CaptureQueriesContext(connection) as captured:
            boss.post(url, {"every": "1"})
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_only_own_licensed_stores_can_be_chosen(boss: Client, owner: Client, url: str, source: Integration) -> None:
    foreign = LicensedStoreFactory.create()
    unlicensed = StoreFactory.create(organization=source.store.organization)
    for chosen in (foreign, unlicensed, source.store):
        answer = boss.post(url, {"store": ids(chosen)})
        assert (answer.status_code, "Choose at least one store." in answer.text) == (422, True)
    (sibling,) = stores(source, 1)
    assert owner.post(url, {"store": ids(sibling)}).status_code == 422
    assert sibling.public_id not in owner.get(url).text


def test_who_may(
    people: Personas, signed_in: Callable[..., Client], url: str, source: Integration, monkeypatch: Any
) -> None:
    assert signed_in(people.viewer).get(url).status_code == 403
    assert signed_in(people.stranger).post(url).status_code == 404
    page = signed_in(people.owner).get(url.removesuffix("copy/")).text
    assert "Copy the saved settings to other stores" in page
    monkeypatch.setattr("integrations.views.copy_settings.is_enterprise", lambda _organization: False)
    assert signed_in(people.owner).get(url)["Location"] == url.removesuffix("copy/")


def test_before_the_first_save_there_is_nothing_to_copy(boss: Client, store: Store, address: Address) -> None:
    made = IntegrationFactory.create(store=store)
    (fresh,) = stores(made, 1)
    url = address("copy_settings", integration=made.public_id)
    page = boss.get(url).text
    assert "there is nothing to copy yet" in page
    assert "Preview" not in page
    answer = boss.post(url, {"store": ids(fresh)})
    assert (answer.status_code, "Save the settings first." in answer.text) == (422, True)


def test_what_was_ticked_before_a_search_is_copied_to_with_all_that_match(
    boss: Client, url: str, source: Integration, people: Personas
) -> None:
    first, second, third = stores(source, 3)
    page = boss.get(url, {"q": second.code, "store": ids(first, third)})
    assert [each.pk for each in page.context["elsewhere"]] == [each.pk for each in sorted((first, third), key=str)]
    chosen = {"q": second.code, "every": "1", "store": ids(first)}
    preview = boss.post(url, chosen).text
    assert "2 stores get the integration." in preview
    assert "the settings that are there are replaced" not in preview
    assert re.findall(r'name="store" value="(\w+)"', preview) == ids(first)
    boss.post(url, {**chosen, "seen": seen(preview), "accepted": "on"})
    assert {one.store for one in Integration.objects.exclude(pk=source.pk)} == {first, second}
