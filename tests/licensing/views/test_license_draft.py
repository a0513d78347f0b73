"""Staging, saving and discarding: with scripts, without, and two admins at once."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry
from licensing.assignments import unassign
from licensing.models import Assignment, AssignmentImport, DraftChange, License, LicenseDraft
from licensing.tasks import prune_drafts
from tests.factories.tenancy import StoreFactory
from tests.licensing.license_page import LicensePage

pytestmark = pytest.mark.django_db
SAVED = "License settings saved successfully"


def moved(response: object) -> dict[str, object]:
    event = json.loads(response.headers["HX-Trigger-After-Swap"])["license-moved"]  # type: ignore[attr-defined]
    assert isinstance(event, dict)
    return event


def test_a_moved_switch_is_staged_and_no_store_changes(admin: LicensePage) -> None:
    (store,) = admin.stores(1)
    response = admin.move(store, on=True)
    assert response.status_code == 200
    assert moved(response) == {"cell": admin.cell(store), "on": True, "reason": "", "staged": 1}
    assert "1 of 1 used" in response.text
    assert f"{store.name}: on, not saved yet. 1 of 1 used." in response.text
    assert not Assignment.objects.exists()


def test_one_beyond_max_stores_is_moved_back_with_the_reason(admin: LicensePage) -> None:
    one, other = admin.stores(2)
    admin.move(one, on=True)
    response = admin.move(other, on=True)
    reason = "Your 1 license is used. Turn another store off first, or buy more."
    assert moved(response) == {"cell": admin.cell(other), "on": False, "reason": reason, "staged": 1}
    assert response.text.count(reason) == 1
    assert [change.store for change in DraftChange.objects.all()] == [one]


def test_a_switch_moved_back_is_no_change_and_frees_its_seat(admin: LicensePage) -> None:
    one, other = admin.stores(2)
    admin.move(one, on=True)
    assert moved(admin.move(one, on=False))["staged"] == 0
    assert moved(admin.move(other, on=True))["on"] is True


def test_a_seat_staged_to_be_freed_may_be_given_at_once(admin: LicensePage) -> None:
    one, other = admin.stores(2)
    admin.post_page({one: False}, on=[one])
    admin.move(one, on=False)
    assert moved(admin.move(other, on=True))["on"] is True
    assert SAVED in admin.client.post(admin.url("license_save"), follow=True).text
    assert admin.assigned() == {other}


def test_pro_refuses_none(admin: LicensePage) -> None:
    License.objects.update(quantity=None)
    for store in admin.stores(3):
        assert moved(admin.move(store, on=True))["on"] is True
    admin.client.post(admin.url("license_save"))
    assert len(admin.assigned()) == 3


def test_switches_of_others_are_not_found(admin: LicensePage) -> None:
    assert admin.move(StoreFactory.create(), on=True).status_code == 404
    assert admin.client.post(admin.url("license_stage"), {"move": "nothing:at-all"}).status_code == 404
    assert admin.client.post(admin.url("license_stage")).status_code == 400
    assert not LicenseDraft.objects.exists()


def test_save_makes_the_draft_true_says_so_and_drops_it(admin: LicensePage) -> None:
    one, _other = admin.stores(2)
    admin.move(one, on=True)
    response = admin.client.post(admin.url("license_save") + "?q=st", follow=True)
    assert SAVED in response.text
    assert response.redirect_chain == [(admin.url() + "?q=st", 302)]
    assert admin.assigned() == {one}
    assert not LicenseDraft.objects.exists()
    assert AuditEntry.objects.filter(action="license.assigned", actor=admin.member.user).count() == 1


def test_without_scripts_the_page_that_is_posted_is_saved(admin: LicensePage) -> None:
    one, other = admin.stores(2)
    assert SAVED in admin.client.get(admin.post_page({one: False, other: False}, on=[one])["Location"]).text
    assert admin.assigned() == {one}
    admin.post_page({one: True, other: False}, on=[other])
    assert admin.assigned() == {other}


def test_without_scripts_a_switch_that_was_not_touched_is_left_to_the_other_admin(admin: LicensePage) -> None:
    """The page was made before the other saved; posting it must not take the other's work back."""
    License.objects.update(quantity=2)
    one, other = admin.stores(2)
    admin.colleague().post_page({other: False}, on=[other])
    admin.post_page({one: False, other: False}, on=[one])
    assert admin.assigned() == {one, other}


def test_stores_of_others_in_a_posted_page_are_passed_over(admin: LicensePage) -> None:
    foreign = StoreFactory.create()
    admin.post_page({foreign: False}, on=[foreign])
    admin.client.post(admin.url("license_save"), {"cell": ["not-a-cell", "integration_hub:nonsense:0", "x:y:z:1"]})
    assert not Assignment.objects.exists()


def test_of_two_admins_one_wins_and_the_other_sees_both_values_and_keeps_the_rest(admin: LicensePage) -> None:
    License.objects.update(quantity=2)
    one, two, three = admin.stores(3)
    other = admin.colleague()
    admin.move(one, on=True)
    admin.move(two, on=True)
    other.move(three, on=True)
    assert SAVED in other.client.post(other.url("license_save"), follow=True).text
    response = admin.client.post(admin.url("license_save"))
    assert response.status_code == 409
    assert "1 store found no license." in response.text
    assert "2 of 2 used" not in response.text
    assert "Off: no license is left" in response.text
    assert two.name in response.text
    assert f"On, by {other.member.user.name}" in response.text
    assert admin.assigned() == {three}
    assert [change.store for change in DraftChange.objects.filter(draft__user=admin.member.user)] == [one]
    assert "1 other change is still staged" in response.text
    admin.client.post(admin.url("license_save"))
    assert admin.assigned() == {one, three}


def test_what_another_has_done_meanwhile_counts_as_done(admin: LicensePage) -> None:
    (one,) = admin.stores(1)
    admin.move(one, on=True)
    admin.colleague().post_page({one: False}, on=[one])
    response = admin.client.post(admin.url("license_save"), follow=True)
    assert "nothing to save" in response.text
    assert admin.assigned() == {one}


def test_fewer_licenses_than_when_it_was_staged_is_a_conflict(admin: LicensePage) -> None:
    (one,) = admin.stores(1)
    admin.move(one, on=True)
    License.objects.update(quantity=0)
    response = admin.client.post(admin.url("license_save"))
    assert response.status_code == 409
    assert "Turn another store off first, or buy more licenses." in response.text


def test_a_store_taken_off_by_hand_and_staged_off_is_no_conflict(admin: LicensePage) -> None:
    (one,) = admin.stores(1)
    admin.post_page({one: False}, on=[one])
    admin.move(one, on=False)
    unassign(license=admin.license, stores=[one], by=None)
    assert admin.client.post(admin.url("license_save")).status_code == 302
    assert admin.assigned() == set()


def test_discard_forgets_what_was_staged(admin: LicensePage) -> None:
    (one,) = admin.stores(1)
    admin.move(one, on=True)
    assert "No store was changed" in admin.client.post(admin.url("license_discard"), follow=True).text
    assert "0 of 1 used" in admin.get().text
    assert not LicenseDraft.objects.exists()


def test_a_draft_left_lying_for_two_weeks_is_dropped(admin: LicensePage) -> None:
    one, other = admin.stores(2)
    admin.move(one, on=True)
    LicenseDraft.objects.update(touched_at=timezone.now() - timedelta(days=15))
    assert "0 of 1 used" in admin.get().text
    assert moved(admin.move(other, on=True))["staged"] == 1


def test_beat_drops_drafts_and_files_left_lying(admin: LicensePage) -> None:
    (one,) = admin.stores(1)
    admin.move(one, on=True)
    upload = {"organization": admin.license.organization, "file_name": "old.csv", "rows": []}
    AssignmentImport.objects.create(user=admin.member.user, **upload)
    prune_drafts()
    assert LicenseDraft.objects.exists()
    assert AssignmentImport.objects.exists()
    LicenseDraft.objects.update(touched_at=timezone.now() - timedelta(days=15))
    AssignmentImport.objects.update(uploaded_at=timezone.now() - timedelta(days=15))
    prune_drafts()
    assert not LicenseDraft.objects.exists()
    assert not AssignmentImport.objects.exists()
