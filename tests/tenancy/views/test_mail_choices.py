"""Which mails a member gets from an organization: by topic, and by store, group or code."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.tenancy import mail_form
from backoffice.tenancy.models import AuditEntry, MailChoice, Store
from tests.factories.tenancy import MemberFactory, Personas, StoreFactory, StoreGroupFactory, make_personas

pytestmark = pytest.mark.django_db

BY_STORE = (
    "integration_failing",
    "integration_works_again",
    "run_results",
    "webhook_failing",
    "webhook_switched_off",
    "webhook_delivers_again",
)


@pytest.fixture
def store() -> Store:
    made: Store = StoreFactory.create(name="Harbour")
    return made


@pytest.fixture
def people(store: Store) -> Personas:
    return make_personas(store)


@pytest.fixture
def url(store: Store) -> str:
    return reverse("tenancy:mail_choices", args=[store.organization.slug])


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def as_shown(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """What the page's form would send, with changes."""
    form = client.get(url).context["form"]
    sent = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, "", [])}
    return sent | changes


def reaches(form: Any) -> dict[str, str]:
    return {name.removeprefix("reach_"): form[name].value() for name in form.fields if name.startswith("reach_")}


def test_each_role_sees_what_it_may_get_as_it_usually_is(people: Personas, url: str) -> None:
    asked_for = dict.fromkeys(BY_STORE, "none")
    told = asked_for | dict.fromkeys(BY_STORE[3:], "all")
    of_viewers = {name: "none" for name in asked_for if name != "run_results"}
    for person, expected in (
        (people.owner, told | {"trials": "all"}),
        (people.enterprise_admin, told | {"trials": "all"}),
        (people.store_owner, told),
        (people.viewer, of_viewers),
    ):
        answer = signed_in(person).get(url)
        assert reaches(answer.context["form"]) == expected
        assert person.email in answer.text
        assert ("They cannot be switched off" in answer.text) is ("trials" in expected)


def test_a_choice_is_kept_shown_and_audited(people: Personas, url: str) -> None:
    client = signed_in(people.owner)
    sent = as_shown(client, url, reach_webhook_failing="none", reach_integration_failing="all")
    answer = client.post(url, sent)
    assert (answer.status_code, answer["Location"]) == (303, url)
    found = reaches(client.get(url).context["form"])
    assert (found["webhook_failing"], found["integration_failing"], found["webhook_switched_off"]) == (
        "none",
        "all",
        "all",
    )
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("member.mails_chosen", people.owner)
    assert entry.changes == {"webhook_failing": ["all", "none"], "integration_failing": ["none", "all"]}
    client.post(url, as_shown(client, url))
    assert AuditEntry.objects.count() == 1


def test_nobody_elses_choice_changes_and_invoices_stay(people: Personas, url: str) -> None:
    client = signed_in(people.owner)
    client.post(url, as_shown(client, url, reach_trials="none", reach_invoices="none"))
    assert list(MailChoice.objects.values_list("member__user", "topic", "reach")) == [
        (people.owner.pk, "trials", "none")
    ]


def test_one_store_needs_no_list(people: Personas, url: str) -> None:
    form = signed_in(people.store_owner).get(url).context["form"]
    assert not [name for name in form.fields if name.startswith(("stores_", "codes_", "groups_"))]
    assert [value for value, _label in form.fields["reach_webhook_failing"].choices] == ["all", "none"]


def test_few_stores_are_listed_by_name_and_only_those_reached(people: Personas, store: Store, url: str) -> None:
    second = StoreFactory.create(organization=store.organization, name="Pier")
    StoreFactory.create(organization=store.organization, name="Not mine")
    member = people.store_owner.memberships.get()
    member.given_stores.add(second)
    client = signed_in(people.store_owner)
    page = client.get(url)
    assert page.context["form"].fields["stores_webhook_failing"].choices == [
        (store.code, "Harbour"),
        (second.code, "Pier"),
    ]
    assert "Not mine" not in page.text
    sent = as_shown(client, url, reach_webhook_failing="some", stores_webhook_failing=[second.code])
    assert client.post(url, sent).status_code == 303
    choice = MailChoice.objects.get()
    assert (choice.topic, choice.reach, list(choice.stores.all())) == ("webhook_failing", "some", [second])
    again = client.get(url).context["form"]
    assert again["stores_webhook_failing"].value() == [second.code]
    assert [str(section.name) for section in again.sections()] == ["Order webhooks", "Integrations"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"stores_webhook_failing": []}, "Choose at least one store"),
        ({"stores_webhook_failing": ["S-FOREIGN"]}, "Select a valid choice."),
        ({"reach_webhook_failing": "often"}, "Select a valid choice."),
        ({"reach_webhook_failing": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    people: Personas, store: Store, url: str, changes: dict[str, Any], sentence: str
) -> None:
    StoreFactory.create(organization=store.organization)
    client = signed_in(people.owner)
    answer = client.post(url, as_shown(client, url, reach_webhook_failing="some") | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "There is a problem" in answer.text
    assert not MailChoice.objects.exists()


def test_of_many_stores_groups_and_codes_are_chosen(
    people: Personas, store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_form, "FEW_STORES", 2)
    second, third = (StoreFactory.create(organization=store.organization) for _ in range(2))
    north = StoreGroupFactory.create(organization=store.organization, name="North")
    north.stores.add(third)
    StoreGroupFactory.create(organization=store.organization, name="Empty")
    client = signed_in(people.owner)
    form = client.get(url).context["form"]
    assert form.fields["groups_webhook_failing"].choices == [(north.public_id, "North")]
    assert "stores_webhook_failing" not in form.fields
    some = {"reach_webhook_failing": "some", "groups_webhook_failing": [north.public_id]}
    sent = as_shown(client, url, **some, codes_webhook_failing=f"{second.code.lower()} {store.code}")
    assert client.post(url, sent).status_code == 303
    choice = MailChoice.objects.get()
    assert (set(choice.stores.all()), list(choice.groups.all())) == ({second, store}, [north])
    shown = client.get(url).context["form"]["codes_webhook_failing"].value()
    assert shown == "\n".join(sorted([second.code, store.code]))
    foreign = StoreFactory.create()
    refused = client.post(url, sent | {"codes_webhook_failing": f"{store.code} {foreign.code}"})
    assert refused.status_code == 422
    assert f"You have no store with the code {foreign.code}." in refused.text


def test_of_many_stores_only_those_reached_may_be_named(
    people: Personas, store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_form, "FEW_STORES", 1)
    mine, other = (StoreFactory.create(organization=store.organization) for _ in range(2))
    people.store_owner.memberships.get().given_stores.add(mine)
    client = signed_in(people.store_owner)
    sent = as_shown(client, url, reach_webhook_failing="some", codes_webhook_failing=f"{mine.code} {other.code}")
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert f"You have no store with the code {other.code}." in answer.text


def test_who_may(people: Personas, url: str) -> None:
    for person in (people.owner, people.viewer):
        client = signed_in(person)
        assert client.get(url).status_code == 200
        assert client.post(url, as_shown(client, url)).status_code == 303
    assert signed_in(people.stranger).get(url).status_code == 404
    assert signed_in(people.stranger).post(url).status_code == 404
    assert signed_in(people.owner).put(url).status_code == 405
    left = MemberFactory.create(organization=people.owner.memberships.get().organization)
    client = signed_in(left.user)
    left.delete()
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("few", [20, 1])
def test_a_chosen_store_that_is_closed_hinders_no_change_and_is_chosen_when_it_opens(
    people: Personas, store: Store, url: str, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(mail_form, "FEW_STORES", few)
    second = StoreFactory.create(organization=store.organization, name="Pier")
    StoreFactory.create(organization=store.organization, name="Quay")
    client = signed_in(people.owner)
    codes = {
        "stores_webhook_failing": [store.code, second.code],
        "codes_webhook_failing": f"{store.code} {second.code}",
    }
    client.post(url, as_shown(client, url, reach_webhook_failing="some", **codes))
    Store.objects.filter(pk=second.pk).update(closed_at=timezone.now())

    assert client.post(url, as_shown(client, url, reach_trials="none")).status_code == 303

    assert set(MailChoice.objects.get(topic="webhook_failing").stores.all()) == {store, second}
