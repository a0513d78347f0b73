"""The License page: what it shows, finds and counts, at any size."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.tenancy.models import StoreGroup
from licensing.assignments import assign
from licensing.models import License
from tests.factories.tenancy import MemberFactory
from tests.licensing.license_page import LicensePage

pytestmark = pytest.mark.django_db


def test_max_stores_stands_above_the_add_on_and_used_beside_it(admin: LicensePage) -> None:
    admin.stores(2)
    page = admin.get().text
    assert "Max Stores: 1" in page
    assert "0 of 1 used" in page
    assert page.index("Max Stores: 1") < page.index('<th scope="col">Integration Hub</th>')


def test_pro_shows_switches_without_max_stores(admin: LicensePage) -> None:
    License.objects.update(quantity=None)
    (store,) = admin.stores(1)
    page = admin.get().text
    assert "Max Stores" not in page
    assert f"integration_hub:{store.pk}" in page


def test_a_reader_of_licenses_only_sees_them() -> None:
    """No role of today reads licenses without assigning them; the page must not offer what the server would refuse."""
    from backoffice.tenancy.permissions import ROLES, Permission

    for role in ROLES.values():
        assert (Permission.LICENSE_VIEW in role.permissions) == (Permission.LICENSE_ASSIGN in role.permissions)


def test_search_and_state_and_group_narrow_the_list(admin: LicensePage) -> None:
    one, two, three = admin.stores(3)
    assign(license=admin.license, stores=[two], by=None)
    group = StoreGroup.objects.create(organization=admin.license.organization, name="North")
    group.stores.add(three)
    assert admin.names(q=one.code.lower()) == {one.name}
    assert admin.names(state="assigned") == {two.name}
    assert admin.names(state="unassigned") == {one.name, three.name}
    assert admin.names(group=group.public_id) == {three.name}
    assert admin.names(group=group.public_id, state="assigned") == set()
    assert "No store matches" in admin.get(q="nothing like it").text


def test_a_group_of_another_organization_shows_nothing(admin: LicensePage) -> None:
    admin.stores(1)
    foreign = StoreGroup.objects.create(
        organization=MemberFactory.create(stranger=True).organization, name="Not theirs"
    )
    assert admin.names(group=foreign.public_id) == set()


def test_staged_changes_are_shown_wherever_the_store_is_found(admin: LicensePage) -> None:
    one, _other = admin.stores(2)
    admin.move(one, on=True)
    page = admin.get().text
    assert "1 of 1 used" in page
    assert "1 change is not saved yet" in page
    assert admin.names(state="changed") == {one.name}
    assert f'value="integration_hub:{one.pk}:1"' in page


def test_another_admins_draft_is_their_own(admin: LicensePage) -> None:
    (one,) = admin.stores(1)
    admin.move(one, on=True)
    other = admin.colleague()
    assert "0 of 1 used" in other.get().text
    assert other.names(state="changed") == set()


def test_the_counts_are_polled_and_answered_only_where_they_changed(admin: LicensePage) -> None:
    (one,) = admin.stores(1)
    headers = {"HX-Request": "true", "HX-Target": "counts"}
    same = admin.client.get(admin.url(), headers={**headers, "X-Shown": "0/1"})
    assert same.status_code == 204
    assign(license=admin.license, stores=[one], by=None)
    changed = admin.client.get(admin.url(), headers={**headers, "X-Shown": "0/1"})
    assert "1 of 1 used" in changed.text
    assert "<html" not in changed.text


def test_without_a_license_the_page_says_so(client: Client) -> None:
    page = LicensePage(client, MemberFactory.create(owner=True), None)
    assert "No licenses yet" in page.get().text


def test_without_stores_the_page_says_what_will_be_here(admin: LicensePage) -> None:
    assert "No stores yet" in admin.get().text


def test_queries_do_not_grow_with_stores_or_staged_changes(admin: LicensePage) -> None:
    License.objects.update(quantity=500)
    admin.stores(3)
    admin.move(admin.stores(1)[0], on=True)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin.get()
        return len(captured)

    queries()
    few = queries()
    stores = admin.stores(120)
    for store in stores[:30]:
        admin.move(store, on=True)
    assign(license=admin.license, stores=stores[40:100], by=None)
    assert queries() == few
