"""The audit table: one row a change, and no way to alter it."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from backoffice.tenancy.audit import record
from backoffice.tenancy.models import AuditEntry
from tests.factories.accounts import UserFactory
from tests.factories.tenancy import StoreFactory

pytestmark = pytest.mark.django_db


def test_a_row_says_who_did_what_to_which_thing_of_which_tenant() -> None:
    store, user = StoreFactory.create(), UserFactory.create()
    record(action="store.renamed", by=user, store=store, target=store, changes={"name": ["A", "B"]})
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.store, entry.organization) == (
        "store.renamed",
        user,
        store,
        store.organization,
    )
    assert (entry.target_type, entry.target_id, entry.target_label) == ("tenancy.store", str(store.pk), str(store))
    assert entry.changes == {"name": ["A", "B"]}


@pytest.mark.parametrize("change", ["update", "delete"])
def test_even_the_owner_cannot_alter_a_row(change: str) -> None:
    store = StoreFactory.create()
    entry = record(action="store.renamed", by=None, store=store, target=store)
    rows = AuditEntry.objects.filter(pk=entry.pk)
    with pytest.raises(IntegrityError, match="never changed or removed"), transaction.atomic():
        rows.update(action="nothing.happened") if change == "update" else rows.delete()


@pytest.mark.parametrize("statement", ["UPDATE tenancy_auditentry SET action = ''", "DELETE FROM tenancy_auditentry"])
def test_the_web_role_may_not_even_try(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE backoffice_web")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(statement)
