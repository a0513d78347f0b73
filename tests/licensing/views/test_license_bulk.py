"""Many stores at once: the preview says what would happen and why not, and staging does just that."""

import pytest

from licensing.assignments import assign
from licensing.models import Assignment, DraftChange, License
from tests.factories.tenancy import StoreFactory
from tests.licensing.license_page import LicensePage

pytestmark = pytest.mark.django_db


def staged(admin: LicensePage) -> dict[str, bool]:
    changes = DraftChange.objects.filter(draft__user=admin.member.user)
    return dict(changes.values_list("store__name", "on"))


def test_the_preview_counts_and_names_the_shortage(admin: LicensePage) -> None:
    License.objects.update(quantity=3)
    stores = admin.stores(5)
    assign(license=admin.license, stores=stores[:1], by=None)
    page = admin.get("license_bulk", all="1", switch="on").text
    assert "Assign Integration Hub to 5 stores" in page
    assert "You are 2 licenses short." in page
    assert "Stage 2 changes" in page
    by_name = sorted(stores, key=lambda store: store.name)
    refused = [store for store in by_name if store != stores[0]][2:]
    assert all(f"<li>{store.name}</li>" in page for store in refused)
    assert not DraftChange.objects.exists()


def test_staging_all_that_match_takes_what_fits_by_name(admin: LicensePage) -> None:
    License.objects.update(quantity=2)
    stores = admin.stores(4)
    response = admin.client.post(admin.url("license_bulk_stage"), {"all": "1", "switch": "on"}, follow=True)
    assert "2 changes are staged" in response.text
    first = sorted(store.name for store in stores)[:2]
    assert staged(admin) == dict.fromkeys(first, True)
    assert not Assignment.objects.exists()


def test_only_what_the_filter_shows_is_changed_and_the_filter_stays(admin: LicensePage) -> None:
    License.objects.update(quantity=9)
    one, _other = admin.stores(2)
    response = admin.client.post(admin.url("license_bulk_stage"), {"all": "1", "switch": "on", "q": one.code})
    assert response["Location"] == f"{admin.url()}?q={one.code}"
    assert staged(admin) == {one.name: True}


def test_chosen_stores_alone_are_unassigned(admin: LicensePage) -> None:
    License.objects.update(quantity=9)
    one, two, three = admin.stores(3)
    assign(license=admin.license, stores=[one, two], by=None)
    query = {"store": [str(one.pk), str(three.pk), str(StoreFactory.create().pk), "nonsense"], "switch": "off"}
    page = admin.client.get(admin.url("license_bulk"), query).text
    assert "Unassign Integration Hub from 2 stores" in page
    assert "1 of 9" in page
    admin.client.post(admin.url("license_bulk_stage"), query)
    assert staged(admin) == {one.name: False}


def test_what_is_staged_already_counts(admin: LicensePage) -> None:
    License.objects.update(quantity=2)
    one, two, _three = admin.stores(3)
    admin.move(one, on=True)
    page = admin.client.get(admin.url("license_bulk"), {"all": "1", "switch": "on"}).text
    assert "Stage 1 change" in page
    admin.client.post(admin.url("license_bulk_stage"), {"store": [str(one.pk)], "switch": "off"})
    assert staged(admin) == {}
    assert two.name not in staged(admin)


def test_choosing_none_says_what_to_do(admin: LicensePage) -> None:
    admin.stores(1)
    assert "No store was chosen" in admin.get("license_bulk", switch="on").text
    response = admin.client.post(admin.url("license_bulk_stage"), {"switch": "on"}, follow=True)
    assert "Nothing was staged" in response.text


def test_pro_has_seats_for_all(admin: LicensePage) -> None:
    License.objects.update(quantity=None)
    admin.stores(3)
    page = admin.get("license_bulk", all="1", switch="on").text
    assert "Stage 3 changes" in page
    assert "short" not in page


def test_without_any_license_there_is_nothing_to_change(admin: LicensePage) -> None:
    License.objects.all().delete()
    assert admin.get("license_bulk").status_code == 404
