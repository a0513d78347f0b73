"""Support in a customer's name: who may, how it begins and ends, what of the session goes along, and what the history keeps of it."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry, Organization
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tenancy import MemberFactory, OrganizationFactory
from tests.tenancy.impersonating import REASON, STOP, fresh, identity, impersonating, question, started

pytestmark = pytest.mark.django_db

START = 1_800_000_000
BANNER = 'class="impersonation d-print-none"'


@pytest.fixture
def customer() -> User:
    made: User = MemberFactory.create(owner=True, organization__name="Harbor Street").user
    return made


@pytest.fixture
def support() -> User:
    made: User = UserFactory.create(support=True)
    return made


def rows() -> list[tuple[str, Any, Any, Any, dict[str, Any]]]:
    found = AuditEntry.objects.filter(action__startswith="support.").order_by("pk")
    return [(row.action, row.actor, row.impersonator, row.organization, row.changes) for row in found]


def staff(*permissions: str, **fields: Any) -> User:
    made: User = UserFactory.create(is_staff=True, **fields)
    made.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return made


def test_it_begins_as_the_customer_and_stop_leads_back(support: User, customer: User) -> None:
    client = fresh(support)
    own = client.session.session_key
    page = client.get(question(customer)).text
    assert "by support" in page
    assert identity(client) == support.pk
    assert started(client, customer)
    assert identity(client) == customer.pk
    taken_on = client.session.session_key
    home = client.get("/", follow=True).text
    assert "You are signed in as <strong>Olivia Owner</strong> of <strong>Harbor Street</strong> for support." in home
    answer = client.post(STOP)
    assert (answer.status_code, answer["Location"]) == (303, f"/admin/accounts/user/{customer.pk}/change/")
    assert identity(client) == support.pk
    assert BANNER not in client.get("/").text
    assert len({own, taken_on, client.session.session_key}) == 3
    organization = Organization.objects.get()
    assert rows() == [
        ("support.impersonation_started", support, None, organization, {"reason": REASON}),
        ("support.impersonation_ended", support, None, organization, {"by": "stop"}),
    ]
    entry = AuditEntry.objects.filter(action__startswith="support.").first()
    assert entry is not None
    assert (entry.target_type, entry.target_id, entry.target_label) == (
        "accounts.user",
        str(customer.pk),
        "Olivia Owner",
    )


def test_a_permission_of_its_own_lets_other_staff_do_it(customer: User) -> None:
    client = fresh(staff("impersonate_user"))
    assert started(client, customer)
    assert identity(client) == customer.pk


@pytest.mark.parametrize(
    "who",
    [
        lambda: staff("view_user", "change_user"),
        lambda: UserFactory.create(is_superuser=True),
        UserFactory.create,
        lambda: UserFactory.create(support=True, is_active=False),
    ],
    ids=["staff without it", "superuser who is no staff", "customer", "inactive"],
)
def test_who_may_not(who: Any, customer: User) -> None:
    client = fresh(who())
    assert not started(client, customer)
    assert identity(client) != customer.pk
    assert rows() == []


@pytest.mark.parametrize(
    "traits", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}], ids=lambda traits: next(iter(traits))
)
def test_as_whom_not(traits: dict[str, bool], support: User) -> None:
    other = UserFactory.create(**traits)
    client = fresh(support)
    assert client.get(question(other)).status_code == 403
    answer = client.post(question(other), {"user_pk": other.pk, "reason": REASON})
    assert answer.status_code == 403
    assert "never as colleagues" in answer.text
    assert "Sign in as this customer" not in client.get(f"/admin/accounts/user/{other.pk}/change/").text
    assert identity(client) == support.pk


def test_not_as_oneself(support: User) -> None:
    client = fresh(support)
    assert not started(client, support)
    assert rows() == []


def test_never_one_in_another(support: User, customer: User) -> None:
    other = MemberFactory.create().user
    client = impersonating(customer, support)
    assert client.get(question(other)).status_code in {302, 403}
    assert not started(client, other)
    assert identity(client) == customer.pk
    # The library's own check, should the admin site ever let customers in.
    User.objects.filter(pk=customer.pk).update(is_staff=True, is_superuser=True)
    assert identity(client) is None


def test_the_button_is_on_the_page_of_a_customer(support: User, customer: User) -> None:
    client = fresh(support)
    page = client.get(f"/admin/accounts/user/{customer.pk}/change/").text
    assert question(customer) in page
    assert "Sign in as this customer…" in page
    member = customer.memberships.get()
    assert (
        f"/admin/accounts/user/{customer.pk}/change/" in client.get(f"/admin/tenancy/member/{member.pk}/change/").text
    )
    bystander = fresh(staff("view_user", "change_user"))
    assert "Sign in as this customer" not in bystander.get(f"/admin/accounts/user/{customer.pk}/change/").text


def test_the_password_is_confirmed_just_before(support: User, customer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = fresh(support)
        clock.shift(299)
        assert client.get(question(customer)).status_code == 200
        clock.shift(1)
        for answer in (client.get(question(customer)), client.post(question(customer), {"user_pk": customer.pk})):
            assert answer["Location"].startswith("/accounts/reauthenticate/?next=%2Fadmin%2Faccounts%2Fuser%2F")
        assert not started(client, customer)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert started(client, customer)


def test_get_changes_nothing_and_stop_takes_no_get(support: User, customer: User) -> None:
    client = fresh(support)
    assert client.get(f"{question(customer)}?user_pk={customer.pk}&reason=x").status_code == 200
    assert identity(client) == support.pk
    assert started(client, customer)
    assert client.get(STOP).status_code == 405
    assert identity(client) == customer.pk


def test_a_reason_is_asked_for(support: User, customer: User) -> None:
    client = fresh(support)
    answer = client.post(question(customer), {"user_pk": customer.pk, "reason": " "})
    assert answer.status_code == 422
    assert "This field is required." in answer.text
    assert identity(client) == support.pk


def test_forms_of_other_sites_do_neither(support: User, customer: User) -> None:
    client = fresh(support, enforce_csrf_checks=True)
    assert client.post(question(customer), {"user_pk": customer.pk, "reason": REASON}).status_code == 403
    assert identity(client) == support.pk
    token = client.get(question(customer)).context["csrf_token"]
    data = {"user_pk": customer.pk, "reason": REASON, "csrfmiddlewaretoken": str(token)}
    assert client.post(question(customer), data).status_code == 302
    assert client.post(STOP).status_code == 403
    assert identity(client) == customer.pk


def test_it_ends_after_an_hour(support: User, customer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = impersonating(customer, support)
        clock.shift(3599)
        assert identity(client) == customer.pk
        clock.shift(1)
        answer = client.get("/")
        assert answer["Location"].startswith("/accounts/login/")
        assert identity(client) is None
    assert rows()[-1] == (
        "support.impersonation_ended", support, None, Organization.objects.get(), {"by": "time"},
    )  # fmt: skip


def test_an_address_that_is_nothing_shows_no_customers_page_afterwards(support: User, customer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = impersonating(customer, support)
        assert BANNER in client.get("/nothing-here/").text
        clock.shift(3600)
        page = client.get("/nothing-here/").text
        assert BANNER not in page
        assert customer.email not in page


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"password": "!new"}], ids=str)
def test_it_ends_with_what_support_may(change: dict[str, Any], support: User, customer: User) -> None:
    client = impersonating(customer, support)
    assert identity(client) == customer.pk
    User.objects.filter(pk=support.pk).update(**change)
    assert identity(client) is None
    assert rows()[-1][-1] == {"by": "not allowed any more"}


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!new"}], ids=str)
def test_it_ends_with_the_customers_sign_in(change: dict[str, Any], support: User, customer: User) -> None:
    client = impersonating(customer, support)
    User.objects.filter(pk=customer.pk).update(**change)
    assert identity(client) is None
    assert client.session.get("impersonation") is None
    assert rows()[-1][-1] == {"by": "the customer's sign-in changed"}


def test_signing_out_ends_both(support: User, customer: User) -> None:
    client = impersonating(customer, support)
    assert client.post("/accounts/logout/").status_code == 302
    assert identity(client) is None
    assert rows()[-1] == (
        "support.impersonation_ended", support, None, Organization.objects.get(), {"by": "sign-out"},
    )  # fmt: skip


def test_the_sessions_own_limit_goes_on(support: User, customer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = fresh(support)
        assert identity(client) == support.pk
        for _ in range(11):
            clock.shift(3600)
            assert identity(client) == support.pk
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert started(client, customer)
        assert client.session["signed_in_at"] == START
        client.post(STOP)
        assert client.session["signed_in_at"] == START
        assert identity(client) == support.pk
        clock.shift(3600)
        assert identity(client) is None


def test_no_confirmed_password_goes_along(support: User, customer: User) -> None:
    client = fresh(support)
    assert started(client, customer)
    assert "account_authentication_methods" not in client.session
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0, "reauthenticated": True}]
    session.save()
    client.post(STOP)
    assert "account_authentication_methods" not in client.session
    assert client.get(question(customer))["Location"].startswith("/accounts/reauthenticate/")


def test_nobodys_last_sign_in_changes(support: User, customer: User) -> None:
    then = timezone.now()
    User.objects.update(last_login=then)
    client = impersonating(customer, support)
    # Signing in for the test counts as one.
    User.objects.filter(pk=support.pk).update(last_login=then)
    client.post(STOP)
    assert set(User.objects.values_list("last_login", flat=True)) == {then}
    Client().force_login(customer)
    customer.refresh_from_db()
    assert customer.last_login != then


def test_each_organization_is_told(support: User, customer: User) -> None:
    second = OrganizationFactory.create(name="Second Street")
    MemberFactory.create(user=customer, organization=second)
    client = impersonating(customer, support)
    assert "of <strong>Harbor Street, Second Street</strong> for" in client.get("/").text
    page = client.get(reverse("tenancy:organization", args=[second.slug])).text
    assert "of <strong>Second Street</strong> for" in page
    assert {row[3].name for row in rows()} == {"Harbor Street", "Second Street"}


def test_somebody_in_no_organization(support: User) -> None:
    person = UserFactory.create(name="Nora Nobody")
    client = impersonating(person, support)
    assert "You are signed in as <strong>Nora Nobody</strong> for support." in client.get("/").text
    assert rows() == [("support.impersonation_started", support, None, None, {"reason": REASON})]


def test_people_who_are_themselves_have_no_banner(client: Client, customer: User) -> None:
    client.force_login(customer)
    assert BANNER not in client.get("/", follow=True).text
    assert BANNER not in Client().get("/accounts/login/").text
