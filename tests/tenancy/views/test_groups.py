"""Groups of stores: made, filled, renamed and deleted by those who run the organization."""

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import AuditEntry, Member, Store, StoreGroup
from tests.factories.tenancy import MemberFactory, StoreFactory, StoreGroupFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client: Client) -> Member:
    made: Member = MemberFactory.create(enterprise_admin=True)
    client.force_login(made.user)
    return made


@pytest.fixture
def group(member: Member) -> StoreGroup:
    made: StoreGroup = StoreGroupFactory.create(organization=member.organization)
    return made


def stores(member: Member, count: int) -> list[Store]:
    return [StoreFactory.create(organization=member.organization) for _ in range(count)]


def address(group: StoreGroup, name: str = "group") -> str:
    return reverse(f"tenancy:{name}", args=[group.organization.slug, group.public_id])


def inside(group: StoreGroup) -> set[Store]:
    return set(group.stores.all())


def test_a_new_group_opens_and_is_listed_with_its_size(client: Client, member: Member) -> None:
    url = reverse("tenancy:groups", args=[member.organization.slug])
    assert "No groups yet" in client.get(url).text
    response = client.post(url, {"name": "  North   East "})
    made = StoreGroup.objects.get()
    assert made.name == "North East"
    assert response["Location"] == address(made)
    assert "North East" in client.get(url).text
    assert AuditEntry.objects.get(action="store_group.created").actor == member.user


@pytest.mark.parametrize(
    ("name", "reason"), [("  ", "Give the group a name."), ("x" * 81, "at most 80"), ("North\x00", "cannot be seen")]
)
def test_a_bad_name_is_refused_in_words(client: Client, member: Member, name: str, reason: str) -> None:
    response = client.post(reverse("tenancy:groups", args=[member.organization.slug]), {"name": name})
    assert response.status_code == 422
    assert reason in response.text
    assert not StoreGroup.objects.exists()


def test_a_name_is_taken_once_in_an_organization_whatever_its_case(
    client: Client, member: Member, group: StoreGroup
) -> None:
    url = reverse("tenancy:groups", args=[member.organization.slug])
    assert "Another group has this name" in client.post(url, {"name": group.name.upper()}).text
    StoreGroupFactory.create(name=group.name)


def test_the_page_that_is_posted_puts_in_and_takes_out(client: Client, member: Member, group: StoreGroup) -> None:
    one, two, three = stores(member, 3)
    group.stores.set([one, three])
    client.post(address(group), {"shown": [one.pk, two.pk], "in": [two.pk]})
    assert inside(group) == {two, three}
    entry = AuditEntry.objects.get(action="store_group.stores_changed")
    assert entry.changes == {"put_in": 1, "taken_out": 1}


def test_codes_put_in_what_they_name_and_the_others_are_named(
    client: Client, member: Member, group: StoreGroup
) -> None:
    one, two = stores(member, 2)
    foreign = StoreFactory.create()
    response = client.post(
        address(group), {"how": "codes", "codes": f"{one.code.lower()}, {two.code}\nNOPE;{foreign.code}"}, follow=True
    )
    assert inside(group) == {one, two}
    assert f"No stores have the codes NOPE, {foreign.code}." in response.text


def test_all_that_match_are_put_in(client: Client, member: Member, group: StoreGroup) -> None:
    one, _other = stores(member, 2)
    client.post(f"{address(group)}?q={one.code}", {"how": "all"})
    assert inside(group) == {one}


def test_foreign_stores_are_passed_over(client: Client, member: Member, group: StoreGroup) -> None:
    foreign = StoreFactory.create()
    client.post(address(group), {"shown": [foreign.pk, "nonsense"], "in": [foreign.pk]})
    assert inside(group) == set()


def test_renamed_and_deleted(client: Client, member: Member, group: StoreGroup) -> None:
    (store,) = stores(member, 1)
    group.stores.add(store)
    client.post(address(group, "group_rename"), {"name": "South"})
    group.refresh_from_db()
    assert group.name == "South"
    assert "Its 1 store stays as it is" in client.get(address(group, "group_delete")).text
    client.post(address(group, "group_delete"))
    assert not StoreGroup.objects.exists()
    assert Store.objects.filter(pk=store.pk).exists()


def test_only_those_in_the_group_can_be_shown(client: Client, member: Member, group: StoreGroup) -> None:
    one, other = stores(member, 2)
    group.stores.add(one)
    page = client.get(address(group), {"show": "in"}).text
    assert f'id="in-{one.code.lower()}"' in page
    assert f'id="in-{other.code.lower()}"' not in page
