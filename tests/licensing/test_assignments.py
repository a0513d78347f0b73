"""Assigning in sets: what is written, what is refused, and who hears of it."""

import pytest

from backoffice.accounts.models import User
from backoffice.tenancy.models import AuditEntry, Store
from integrations.models import ApiKey
from licensing import subscribers
from licensing.assignments import NotEnoughLicenses, assign, save_assignments, unassign
from tests.factories.accounts import UserFactory
from tests.factories.licensing import LicenseFactory
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Store, User | None]]:
    calls: list[tuple[str, Store, User | None]] = []

    def hears(what: str) -> subscribers.Subscriber:
        return lambda stores, by: calls.extend((what, store, by) for store in stores)

    monkeypatch.setattr(subscribers, "_licensed", [hears("licensed")])
    monkeypatch.setattr(subscribers, "_unlicensed", [hears("unlicensed")])
    return calls


def actions_recorded() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_assigning_gives_a_seat_each_tells_who_listens_and_is_recorded(heard: list[object]) -> None:
    license, user = LicenseFactory.create(quantity=2), UserFactory.create()
    stores = [StoreFactory.create(organization=license.organization) for _ in range(2)]
    assign(license=license, stores=stores, by=user)
    assign(license=license, stores=stores, by=user)
    assert license.assignments.count() == 2
    assert heard == [("licensed", stores[0], user), ("licensed", stores[1], user)]
    assert actions_recorded() == ["license.assigned", "license.assigned"]


def test_too_many_at_once_assigns_none(heard: list[object]) -> None:
    license = LicenseFactory.create(quantity=1)
    stores = [StoreFactory.create(organization=license.organization) for _ in range(2)]
    with pytest.raises(NotEnoughLicenses, match="You have 1 license"):
        assign(license=license, stores=stores, by=None)
    assert license.assignments.count() == 0
    assert heard == []
    assert actions_recorded() == []


def test_unassigning_frees_the_seat_and_tells_who_listens(heard: list[object]) -> None:
    license = LicenseFactory.create(quantity=1)
    one, other = (StoreFactory.create(organization=license.organization) for _ in range(2))
    assign(license=license, stores=[one], by=None)
    assert unassign(license=license, stores=[one, other], by=None) == 1
    assign(license=license, stores=[other], by=None)
    assert heard == [("licensed", one, None), ("unlicensed", one, None), ("licensed", other, None)]


def test_saving_swaps_the_last_seat_or_changes_nothing() -> None:
    license = LicenseFactory.create(quantity=1)
    one, two, three = (StoreFactory.create(organization=license.organization) for _ in range(3))
    save_assignments(license=license, on=[one], off=[two, three], by=None)
    save_assignments(license=license, on=[two], off=[one], by=None)
    assert license.assignments.get().store == two
    with pytest.raises(NotEnoughLicenses):
        save_assignments(license=license, on=[one, three], off=[two], by=None)
    assert license.assignments.get().store == two


def test_pro_has_no_number_of_stores() -> None:
    license = LicenseFactory.create(quantity=None)
    assign(license=license, stores=[StoreFactory.create(organization=license.organization) for _ in range(3)], by=None)
    license.refresh_from_db()
    assert license.assigned == 3


def test_a_store_gets_its_first_key_once() -> None:
    license = LicenseFactory.create()
    store = StoreFactory.create(organization=license.organization)
    assign(license=license, stores=[store], by=None)
    unassign(license=license, stores=[store], by=None)
    assign(license=license, stores=[store], by=None)
    assert ApiKey.objects.filter(store=store).count() == 1
