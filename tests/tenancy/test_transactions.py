"""The tenant of a transaction, and the role that sees all, end with it."""

import uuid
from typing import Any

import pytest
from django.db import connection, transaction

from backoffice.database.roles import EVERY_TENANT
from backoffice.tenancy.memberships import NotAMember, membership_transaction, memberships_of
from backoffice.tenancy.models import Organization, Store
from backoffice.tenancy.transactions import across_tenants, tenant_transaction, within_tenant
from tests.factories.accounts import UserFactory
from tests.factories.tenancy import MemberFactory, OrganizationFactory, StoreFactory
from tests.web_role import web_role

ONE, OTHER = uuid.uuid4(), uuid.uuid4()


def _told() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('backoffice.organization', true), ''), current_setting('role')")
        tenant, role = cursor.fetchone()
    return tenant, role


@pytest.mark.django_db(transaction=True)
def test_the_tenant_is_set_inside_and_forgotten_after() -> None:
    assert _told() == ("", "none")
    with tenant_transaction(ONE):
        assert _told() == (str(ONE), "none")
    assert _told() == ("", "none")


@pytest.mark.django_db
def test_inside_of_a_longer_transaction_it_ends_with_the_block() -> None:
    with tenant_transaction(ONE):
        with tenant_transaction(OTHER):
            assert _told() == (str(OTHER), "none")
        assert _told() == (str(ONE), "none")
    assert _told() == ("", "none")


@pytest.mark.django_db
@pytest.mark.parametrize("block", [lambda: tenant_transaction(OTHER), lambda: across_tenants("A test.")])
def test_it_ends_with_a_block_that_fails_as_well(block: Any) -> None:
    with tenant_transaction(ONE):
        with pytest.raises(ValueError, match="gone"), block():
            raise ValueError("gone")
        assert _told() == (str(ONE), "none")


@pytest.mark.django_db
def test_across_tenants_is_a_role_that_is_given_back() -> None:
    with web_role(), across_tenants("A test."):
        assert _told() == ("", EVERY_TENANT)
        with across_tenants("A test."):
            assert _told() == ("", EVERY_TENANT)
        assert _told() == ("", EVERY_TENANT)
        with tenant_transaction(ONE):
            assert _told() == (str(ONE), EVERY_TENANT)
    with web_role():
        with across_tenants("A test."):
            pass
        assert _told() == ("", "backoffice_web")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("block", [lambda: tenant_transaction(ONE), lambda: across_tenants("A test.")])
def test_what_runs_on_commit_stands_in_neither(block: Any) -> None:
    """It opens a block of its own, which must not take the one that is ending for granted."""
    seen = []

    def later() -> None:
        seen.append(_told())
        with within_tenant(ONE), across_tenants("A test."):
            seen.append(_told())

    with block():
        transaction.on_commit(later)
    assert seen == [("", "none"), (str(ONE), EVERY_TENANT)]


@pytest.mark.django_db
def test_a_block_of_the_same_tenant_is_no_new_one(django_assert_num_queries: Any) -> None:
    with tenant_transaction(ONE):
        with django_assert_num_queries(0), within_tenant(ONE):
            pass
        with within_tenant(OTHER):
            assert _told() == (str(OTHER), "none")


@pytest.mark.django_db
class TestMemberships:
    def test_entering_tells_the_tenant(self) -> None:
        member = MemberFactory.create(viewer=True)
        StoreFactory.create(organization=member.organization)
        StoreFactory.create()
        with web_role(), membership_transaction(member.user_id, member.organization.slug) as entered:
            assert (entered, entered.organization, entered.role_code) == (member, member.organization, "viewer")
            assert _told()[0] == str(member.organization_id)
            assert [store.organization_id for store in Store.objects.all()] == [member.organization_id]

    def test_who_is_no_member_enters_nothing(self) -> None:
        member, organization = MemberFactory.create(), OrganizationFactory.create()
        with web_role():
            with pytest.raises(NotAMember), membership_transaction(member.user_id, organization.slug):
                pass
            assert _told()[0] == ""
            assert not Organization.objects.exists()

    def test_a_person_sees_their_own_by_name(self) -> None:
        user = UserFactory.create()
        names = ["Cafe", "Bistro", "Diner"]
        for name in names:
            MemberFactory.create(user=user, organization__name=name)
        MemberFactory.create(organization__name="Another")
        with web_role():
            assert [member.organization.name for member in memberships_of(user.pk, most=9)] == sorted(names)
            assert len(memberships_of(user.pk, most=2)) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "found"), [("ab-1", True), ("AB-1", True), ("Ab-1", True), ("ab-2", False)])
def test_a_store_is_found_by_its_code_whatever_its_case(code: str, found: bool) -> None:
    store = StoreFactory.create(code="Ab-1")
    StoreFactory.create(code="ab-1")
    with web_role(), tenant_transaction(store.organization_id):
        assert list(Store.objects.with_code(store.organization_id, code)) == ([store] if found else [])
