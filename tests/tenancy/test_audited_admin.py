"""What support staff change in the admin site leaves one audit row, with what changed and without secrets."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.urls import reverse

from backoffice.accounts.models import User
from backoffice.tenancy.audited_admin import AuditedAdmin
from backoffice.tenancy.models import AuditEntry, Member, Organization, Store
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tenancy import MemberFactory, OrganizationFactory, StoreFactory

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "battery staple horse correct"
NO_MEMBERS = {"members-TOTAL_FORMS": "0", "members-INITIAL_FORMS": "0"}
STORE = {"code": "S1", "name": "Main street", "timezone": "America/New_York", "currency": "USD"}


@pytest.fixture
def staff() -> User:
    user: User = UserFactory.create(support=True)
    return user


@pytest.fixture
def support(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def post(client: Client, page: str, *args: object, **data: Any) -> None:
    response = client.post(reverse(f"admin:{page}", args=args), data)
    assert response.status_code == 302, response.context["errors"]


def the_row() -> AuditEntry:
    return AuditEntry.objects.get()


#: What it changes, it changes by actions that record it, as customers' own pages do.
BY_ACTIONS = {"ApiKeyAdmin"}


def test_every_admin_that_can_write_is_audited(rf: RequestFactory, staff: User) -> None:
    request = rf.get("/admin/")
    request.user = staff
    unaudited = [
        type(page).__name__
        for page in admin.site._registry.values()
        if not isinstance(page, AuditedAdmin)
        and type(page).__name__ not in BY_ACTIONS
        and page.has_add_permission(request) | page.has_change_permission(request) | page.has_delete_permission(request)
    ]
    assert unaudited == []


def test_a_new_organization_and_its_first_member(support: Client, staff: User) -> None:
    owner = UserFactory.create()
    members = {
        "members-TOTAL_FORMS": "1",
        "members-INITIAL_FORMS": "0",
        "members-0-user": owner.pk,
        "members-0-role_code": "owner",
    }
    post(support, "tenancy_organization_add", name="Acme", slug="acme", **members)
    organization = Organization.objects.get()
    first, second = AuditEntry.objects.order_by("pk")
    assert (first.action, first.actor, first.organization) == ("organization.created", staff, organization)
    assert first.changes["name"] == "Acme"
    assert (second.action, second.organization) == ("member.created", organization)
    assert second.changes["role_code"] == "owner"
    assert second.request_id


def test_a_renamed_organization(support: Client) -> None:
    organization = OrganizationFactory.create(name="Acme", slug="acme")
    post(support, "tenancy_organization_change", organization.pk, name="Acme & Co", slug="acme", **NO_MEMBERS)
    assert (the_row().action, the_row().changes) == ("organization.changed", {"name": ["Acme", "Acme & Co"]})


def test_saving_without_a_change_leaves_no_row(support: Client) -> None:
    organization = OrganizationFactory.create(name="Acme", slug="acme")
    post(support, "tenancy_organization_change", organization.pk, name="Acme", slug="acme", **NO_MEMBERS)
    assert not AuditEntry.objects.exists()


def test_an_inline_role_change_and_removal(support: Client) -> None:
    member = MemberFactory.create(owner=True)
    organization = member.organization
    form = {
        "name": organization.name,
        "slug": organization.slug,
        "members-TOTAL_FORMS": "1",
        "members-INITIAL_FORMS": "1",
        "members-0-id": member.pk,
        "members-0-organization": organization.pk,
        "members-0-user": member.user_id,
        "members-0-role_code": "viewer",
    }
    post(support, "tenancy_organization_change", organization.pk, **form)
    assert the_row().changes == {"role_code": ["owner", "viewer"]}
    post(support, "tenancy_organization_change", organization.pk, **form, **{"members-0-DELETE": "on"})
    assert AuditEntry.objects.order_by("-pk")[0].action == "member.deleted"


def test_a_store_is_made_and_changed(support: Client) -> None:
    organization = OrganizationFactory.create()
    post(support, "tenancy_store_add", organization=organization.pk, **STORE)
    store = Store.objects.get()
    assert (the_row().action, the_row().store, the_row().organization) == ("store.created", store, organization)
    post(support, "tenancy_store_change", store.pk, **STORE | {"currency": "EUR"})
    assert AuditEntry.objects.order_by("-pk")[0].changes == {"currency": ["USD", "EUR"]}


def test_a_store_stays_in_its_organization(support: Client) -> None:
    store = StoreFactory.create()
    post(support, "tenancy_store_change", store.pk, organization=OrganizationFactory.create().pk, **STORE)
    assert Store.objects.get().organization_id == store.organization_id
    assert Store.objects.get().name == "Main street"


def test_organizations_and_stores_are_not_deleted(support: Client) -> None:
    store = StoreFactory.create()
    for page, row in (("tenancy_store_delete", store), ("tenancy_organization_delete", store.organization)):
        assert support.post(reverse(f"admin:{page}", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_a_member_is_given_stores_of_the_organization_alone(support: Client) -> None:
    member = MemberFactory.create(viewer=True)
    own, foreign = StoreFactory.create(organization=member.organization), StoreFactory.create()
    url = reverse("admin:tenancy_member_change", args=[member.pk])
    form = {"user": member.user_id, "role_code": "viewer"}
    refused = support.post(url, form | {"given_stores": [own.pk, foreign.pk]})
    assert refused.status_code == 200
    assert foreign.name in str(refused.context["errors"])
    assert not AuditEntry.objects.exists()
    post(support, "tenancy_member_change", member.pk, **form, given_stores=[own.pk])
    assert the_row().changes == {"given_stores": [[], [str(own.pk)]]}
    assert the_row().organization == member.organization


def test_a_member_stays_in_the_organization(support: Client) -> None:
    member = MemberFactory.create(viewer=True)
    other = OrganizationFactory.create()
    post(
        support,
        "tenancy_member_change",
        member.pk,
        user=member.user_id,
        role_code="owner",
        organization=other.pk,
    )
    assert Member.objects.get().organization_id == member.organization_id


def test_members_are_removed_one_by_one_and_together(support: Client) -> None:
    one, two, three = (MemberFactory.create(owner=True) for _ in range(3))
    post(support, "tenancy_member_delete", one.pk, post="yes")
    post(
        support,
        "tenancy_member_changelist",
        action="delete_selected",
        _selected_action=[two.pk, three.pk],
        post="yes",
    )
    assert not Member.objects.exists()
    rows = AuditEntry.objects.filter(action="member.deleted")
    assert {row.organization_id for row in rows} == {m.organization_id for m in (one, two, three)}


def test_a_new_user_without_the_password(support: Client) -> None:
    post(
        support,
        "accounts_user_add",
        email="new@example.com",
        name="New",
        usable_password="true",
        password1=NEW_PASSWORD,
        password2=NEW_PASSWORD,
    )
    assert (the_row().action, the_row().target_label) == ("user.created", "New")
    assert the_row().changes["password"] == "replaced"
    assert NEW_PASSWORD not in str(the_row().changes)


def test_a_user_made_support_staff(support: Client) -> None:
    user = UserFactory.create()
    group = Group.objects.create(name="Billing")
    post(
        support,
        "accounts_user_change",
        user.pk,
        email=user.email,
        name=user.name,
        is_active="on",
        is_staff="on",
        groups=[group.pk],
    )
    assert the_row().changes == {"is_staff": [False, True], "groups": [[], [str(group.pk)]]}


def test_a_password_set_by_support(support: Client) -> None:
    user = UserFactory.create()
    post(
        support,
        "auth_user_password_change",
        user.pk,
        usable_password="true",
        password1=NEW_PASSWORD,
        password2=NEW_PASSWORD,
    )
    assert (the_row().action, the_row().target_id) == ("user.changed", str(user.pk))
    assert the_row().changes == {"password": "replaced"}
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    assert not user.check_password(PASSWORD)


def test_an_address_marked_as_verified(support: Client) -> None:
    address = EmailAddress.objects.create(user=UserFactory.create(), email="a@example.com", verified=False)
    post(support, "account_emailaddress_changelist", action="make_verified", _selected_action=[address.pk])
    assert the_row().changes == {"verified": [False, True]}
