"""From the account's menu to the mails of an organization."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import UserFactory
from tests.factories.tenancy import MemberFactory

pytestmark = pytest.mark.django_db


def test_the_only_organization_is_opened_at_once(client: Client) -> None:
    member = MemberFactory.create(viewer=True)
    client.force_login(member.user)
    answer = client.get(reverse("tenancy:mails"))
    assert (answer.status_code, answer["Location"]) == (303, f"/o/{member.organization.slug}/mails/")


def test_of_several_one_is_chosen_and_no_others_are_listed(client: Client) -> None:
    first = MemberFactory.create(viewer=True)
    second, foreign = MemberFactory.create(user=first.user), MemberFactory.create()
    client.force_login(first.user)
    page = client.get(reverse("tenancy:mails")).text
    for member, listed in ((first, True), (second, True), (foreign, False)):
        assert (f"/o/{member.organization.slug}/mails/" in page) is listed


def test_without_an_organization_there_are_no_mails(client: Client) -> None:
    client.force_login(UserFactory.create())
    assert "you belong to none" in client.get(reverse("tenancy:mails")).text


def test_signed_out_goes_to_sign_in_and_other_methods_are_refused(client: Client) -> None:
    url = reverse("tenancy:mails")
    assert client.get(url)["Location"] == f"{reverse('account_login')}?next={url}"
    client.force_login(UserFactory.create())
    assert client.post(url).status_code == 405


def test_the_accounts_menu_leads_there(client: Client) -> None:
    member = MemberFactory.create(owner=True)
    client.force_login(member.user)
    page = client.get(reverse("tenancy:organization", args=[member.organization.slug])).text
    assert f'href="/o/{member.organization.slug}/mails/"' in page


@pytest.mark.parametrize("organizations", [0, 1, 2])
def test_the_menu_offers_it_to_whoever_belongs_to_an_organization(client: Client, organizations: int) -> None:
    """Support staff belong to none as a rule; where they are members too, they get mails as members do."""
    staff = UserFactory.create(support=True)
    MemberFactory.create_batch(organizations, user=staff)
    client.force_login(staff)
    page = client.get(reverse("tenancy:mails"), follow=True).text
    menu = page[page.index("user-menu") : page.index("</details>", page.index("user-menu"))]
    assert "Support admin" in menu
    assert (re.search(r'href="[^"]*/mails/"', menu) is not None) is (organizations > 0)
