"""Who wants which mails: the usual of a role, what a member chose, and only about stores they reach."""

import pytest
from django.utils.translation import gettext_lazy

from backoffice.tenancy.mails.choices import Chosen, choices_of, choose, recipients
from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import AuditEntry, MailChoice, Member, Store
from backoffice.tenancy.permissions import Permission
from tests.factories.tenancy import MemberFactory, Personas, StoreFactory, StoreGroupFactory, make_personas

pytestmark = pytest.mark.django_db

WORDS = gettext_lazy("Rain")
RAIN = Topic("rain", WORDS, WORDS, WORDS, Permission.HUB_VIEW, Permission.ENDPOINT_MANAGE)
SNOW = Topic("snow", WORDS, WORDS, WORDS, Permission.HUB_VIEW, None)
BILL = Topic("bill", WORDS, WORDS, WORDS, Permission.PLAN_MANAGE, Permission.PLAN_MANAGE, by_store=False, always=WORDS)


@pytest.fixture
def store() -> Store:
    made: Store = StoreFactory.create()
    return made


@pytest.fixture
def people(store: Store) -> Personas:
    return make_personas(store)


def names(topic: Topic, store: Store, *, whole: bool = False) -> set[str]:
    found = recipients(topic, organization=store.organization, store=None if whole else store)
    roles = [member.role_code for member in found]
    assert len(roles) == len(set(roles))
    return set(roles)


def test_the_usual_of_each_role(store: Store, people: Personas) -> None:
    assert names(RAIN, store) == {"owner", "enterprise_admin", "store_owner"}
    assert names(RAIN, store, whole=True) == {"owner", "enterprise_admin"}
    assert names(SNOW, store) == set()
    assert names(BILL, store, whole=True) == {"owner", "enterprise_admin"}


def test_what_is_chosen_counts_where_the_store_is_reached(store: Store, people: Personas) -> None:
    elsewhere = StoreFactory.create(organization=store.organization)
    for person, reach in ((people.owner, "none"), (people.viewer, "all")):
        MailChoice.objects.create(member=person.memberships.get(), topic="rain", reach=reach)
    assert names(RAIN, store) == {"enterprise_admin", "store_owner", "viewer"}
    assert names(RAIN, elsewhere) == {"enterprise_admin"}
    assert names(SNOW, store) == set()


def test_some_stores_by_store_and_by_group(store: Store, people: Personas) -> None:
    one, two, three = (StoreFactory.create(organization=store.organization) for _ in range(3))
    group = StoreGroupFactory.create(organization=store.organization)
    group.stores.add(two)
    member = people.owner.memberships.get()
    wanted = {RAIN: Chosen("some", frozenset({one}), frozenset({group}))}
    choose(member=member, wanted=wanted, by=people.owner)
    assert ["owner" in names(RAIN, each) for each in (store, one, two, three)] == [False, True, True, False]
    assert "owner" not in names(RAIN, store, whole=True)
    group.stores.add(three)
    assert "owner" in names(RAIN, three)


def test_a_store_that_was_lost_sends_nothing_though_it_was_chosen(store: Store, people: Personas) -> None:
    member = people.store_owner.memberships.get()
    choose(member=member, wanted={RAIN: Chosen("some", frozenset({store}))}, by=people.store_owner)
    assert "store_owner" in names(RAIN, store)
    member.given_stores.clear()
    assert "store_owner" not in names(RAIN, store)


def test_another_organization_never(store: Store, people: Personas) -> None:
    MailChoice.objects.create(member=people.stranger.memberships.get(), topic="rain", reach="all")
    found = recipients(RAIN, organization=store.organization, store=store)
    assert people.stranger.pk not in found.values_list("user_id", flat=True)


def test_what_is_always_sent_cannot_be_chosen_away(store: Store, people: Personas) -> None:
    member = people.owner.memberships.get()
    choose(member=member, wanted={BILL: Chosen("none")}, by=people.owner)
    assert not MailChoice.objects.exists()
    MailChoice.objects.create(member=member, topic="bill", reach="none")
    assert names(BILL, store, whole=True) == {"owner", "enterprise_admin"}
    assert choices_of(member, [BILL])["bill"].reach == "all"


def test_a_choice_is_audited_once_by_what_has_changed(store: Store, people: Personas) -> None:
    member = people.owner.memberships.get()
    group = StoreGroupFactory.create(organization=store.organization, name="North")
    some = Chosen("some", frozenset({store}), frozenset({group}))
    for _again in range(2):
        choose(member=member, wanted={RAIN: some, SNOW: Chosen("none")}, by=people.owner)
    entry = AuditEntry.objects.get(action="member.mails_chosen")
    assert (entry.actor, entry.organization, entry.target_id) == (people.owner, store.organization, str(member.pk))
    assert entry.changes == {"rain": ["all", {"stores": [store.code], "groups": ["North"]}]}
    choose(member=member, wanted={RAIN: Chosen("all")}, by=people.owner, how="link in a mail")
    entry = AuditEntry.objects.latest("id")
    assert entry.changes == {
        "rain": [{"stores": [store.code], "groups": ["North"]}, "all"],
        "how": "link in a mail",
    }
    assert choices_of(member, [RAIN, SNOW]) == {"rain": Chosen("all"), "snow": Chosen("none")}


def test_nobody_elses_choice_changes(store: Store, people: Personas) -> None:
    other: Member = MemberFactory.create(owner=True, organization=store.organization)
    choose(member=other, wanted={RAIN: Chosen("none")}, by=other.user)
    assert list(MailChoice.objects.values_list("member", flat=True)) == [other.pk]
    assert names(RAIN, store) == {"owner", "enterprise_admin", "store_owner"}
