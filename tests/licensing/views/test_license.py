"""The License page: staged, saved all or nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Store
from licensing.models import Assignment, License
from tests.factories.licensing import LicenseFactory, SubscriptionFactory
from tests.factories.tenancy import MemberFactory, StoreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def license(client: Client) -> License:
    license: License = LicenseFactory.create(quantity=1)
    SubscriptionFactory.create(organization=license.organization)
    client.force_login(MemberFactory.create(enterprise_admin=True, organization=license.organization).user)
    return license


def stores_of(license: License, count: int) -> list[Store]:
    return [StoreFactory.create(organization=license.organization) for _ in range(count)]


def page_url(license: License) -> str:
    return reverse("licensing:license", args=[license.organization.slug])


def save_url(license: License) -> str:
    return reverse("licensing:license_save", args=[license.organization.slug])


def test_max_stores_and_used_are_shown(client: Client, license: License) -> None:
    stores_of(license, 2)
    page = client.get(page_url(license)).text
    assert "Max Stores: 1" in page
    assert "0 of 1 used" in page


def test_pro_shows_no_max_stores(client: Client, license: License) -> None:
    License.objects.update(quantity=None)
    stores_of(license, 1)
    assert "Max Stores" not in client.get(page_url(license)).text


def test_save_assigns_and_says_so(client: Client, license: License) -> None:
    one, other = stores_of(license, 2)
    response = client.post(save_url(license), {"shown": [one.pk, other.pk], "on": [one.pk]}, follow=True)
    assert "License settings saved successfully" in response.text
    assert Assignment.objects.get().store == one
    client.post(save_url(license), {"shown": [one.pk, other.pk], "on": [other.pk]})
    assert Assignment.objects.get().store == other


def test_one_too_many_saves_nothing_and_marks_the_rows(client: Client, license: License) -> None:
    one, other = stores_of(license, 2)
    response = client.post(save_url(license), {"shown": [one.pk, other.pk], "on": [one.pk, other.pk]})
    assert response.status_code == 409
    assert "Nothing was saved." in response.text
    assert response.text.count("Not saved: no license is left.") == 2
    assert not Assignment.objects.exists()


def test_stores_that_were_not_shown_keep_their_seat(client: Client, license: License) -> None:
    one, other = stores_of(license, 2)
    client.post(save_url(license), {"shown": [one.pk], "on": [one.pk]})
    client.post(save_url(license), {"shown": [other.pk]})
    assert Assignment.objects.get().store == one


def test_a_foreign_store_is_passed_over(client: Client, license: License) -> None:
    foreign = StoreFactory.create()
    client.post(save_url(license), {"shown": [foreign.pk, "not-an-id"], "on": [foreign.pk]})
    assert not Assignment.objects.exists()


def test_without_a_license_the_page_says_so(client: Client) -> None:
    member = MemberFactory.create(owner=True)
    client.force_login(member.user)
    url = reverse("licensing:license", args=[member.organization.slug])
    assert "No licenses yet" in client.get(url).text
    assert client.post(reverse("licensing:license_save", args=[member.organization.slug])).status_code == 404
