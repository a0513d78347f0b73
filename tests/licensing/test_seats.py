"""The database counts the seats: no statement from any connection assigns one too many."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, connections, transaction

from backoffice.tenancy.transactions import tenant_transaction
from licensing.assignments import NotEnoughLicenses, assign, unassign
from licensing.models import Assignment, License
from tests.factories.licensing import LicenseFactory
from tests.factories.tenancy import StoreFactory


@pytest.mark.django_db
def test_a_raw_insert_beyond_the_quantity_fails() -> None:
    license = LicenseFactory.create(quantity=1)
    stores = [StoreFactory.create(organization=license.organization) for _ in range(2)]
    insert = "INSERT INTO licensing_assignment (id, license_id, store_id, assigned_at) VALUES (%s, %s, %s, now())"
    with tenant_transaction(license.organization_id), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE backoffice_web")
        cursor.execute(insert, [uuid.uuid4(), license.pk, stores[0].pk])
        with pytest.raises(IntegrityError, match="licensing_license_seats"), transaction.atomic():
            cursor.execute(insert, [uuid.uuid4(), license.pk, stores[1].pk])
        cursor.execute("RESET ROLE")
    license.refresh_from_db()
    assert license.assigned == 1


@pytest.mark.django_db
def test_the_count_follows_rows_added_and_removed() -> None:
    license = LicenseFactory.create(quantity=5)
    stores = [StoreFactory.create(organization=license.organization) for _ in range(3)]
    assign(license=license, stores=stores, by=None)
    license.refresh_from_db()
    assert license.assigned == 3
    unassign(license=license, stores=stores[:2], by=None)
    license.refresh_from_db()
    assert license.assigned == 1


@pytest.mark.django_db
def test_nobody_writes_the_count_by_hand() -> None:
    license = LicenseFactory.create(quantity=5)
    with pytest.raises(IntegrityError, match="counted by the database"), transaction.atomic():
        License.objects.filter(pk=license.pk).update(assigned=2)


@pytest.mark.django_db
def test_a_store_of_another_organization_is_refused() -> None:
    license, foreign = LicenseFactory.create(), StoreFactory.create()
    with pytest.raises(IntegrityError, match="its own organization"), transaction.atomic():
        Assignment.objects.create(license=license, store=foreign)


@pytest.mark.django_db
def test_an_assignment_is_not_moved() -> None:
    license = LicenseFactory.create()
    one, other = (StoreFactory.create(organization=license.organization) for _ in range(2))
    (assignment,) = assign(license=license, stores=[one], by=None)
    with pytest.raises(IntegrityError, match="not moved"), transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(store=other)


@pytest.mark.django_db
def test_fewer_than_assigned_is_refused_by_the_database_too() -> None:
    license = LicenseFactory.create(quantity=2)
    assign(license=license, stores=[StoreFactory.create(organization=license.organization) for _ in range(2)], by=None)
    with pytest.raises(IntegrityError, match="licensing_license_seats"), transaction.atomic():
        License.objects.filter(pk=license.pk).update(quantity=1)


@pytest.mark.django_db(transaction=True)
def test_twenty_threads_and_one_seat_make_one_assignment() -> None:
    license = LicenseFactory.create(quantity=1)
    stores = [StoreFactory.create(organization=license.organization) for _ in range(20)]
    start, outcomes = threading.Barrier(20), []

    def take(index: int) -> None:
        try:
            start.wait()
            assign(license=license, stores=[stores[index]], by=None)
            outcomes.append("assigned")
        except NotEnoughLicenses:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[index]) for index in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["assigned"] + ["refused"] * 19
    license.refresh_from_db()
    assert license.assigned == Assignment.objects.filter(license=license).count() == 1
