"""Row-level security: the web role reads and writes the rows of the tenant it names, and without one it finds nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from psycopg.errors import InsufficientPrivilege

from backoffice.database.roles import APPEND_ONLY_TABLES, EVERY_TENANT, WEB, WORKER
from backoffice.tenancy.models import Organization
from tests.database.tenants import make_tenant

pytestmark = pytest.mark.django_db

#: Tables whose rows are nobody's own, with the reason. A new table needs policies, or a line here.
FOR_EVERYBODY = {
    "accounts_user": "people, who may be members of several organizations",
    "accounts_user_groups": "people",
    "accounts_user_user_permissions": "people",
    "account_emailaddress": "people",
    "account_emailconfirmation": "people",
    "auth_group": "support staff's groups",
    "auth_group_permissions": "support staff's groups",
    "auth_permission": "Django's list of what there is to permit",
    "backoffice_partitioned_table": "names of tables; our roles may only read it",
    "django_admin_log": "what support staff did, in their own pages",
    "django_content_type": "Django's list of models",
    "django_migrations": "Django's list of migrations; our roles may only read it",
    "django_session": "sessions of people, found by a secret key",
    "integrations_provideradoption": "numbers of the catalog, over all stores",
    "integrations_providerlisting": "the catalog",
    "licensing_addon": "what is sold",
    "licensing_coupon": "what is sold",
    "licensing_invoicecounter": "one row: the number of the next invoice",
    "licensing_planaddon": "what is sold",
    "licensing_price": "what is sold",
    "webhooks_enginetotals": "counts of the delivery engine, over all stores",
}


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _tables() -> set[str]:
    return {
        name
        for (name,) in _rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace"
        )
    }


def _tenants_tables() -> set[str]:
    return _tables() - FOR_EVERYBODY.keys()


@contextmanager
def _acting(role: str, tenant: Organization | None = None) -> Iterator[None]:
    """What is written is undone."""
    with transaction.atomic():
        _rows(
            "SELECT set_config('role', %s, true), set_config('backoffice.organization', %s, true)",
            role,
            str(tenant.pk) if tenant else "",
        )
        yield
        transaction.set_rollback(True)


def _counts(tables: set[str]) -> dict[str, int]:
    return {table: _rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


def test_every_table_has_its_policies_or_a_reason() -> None:
    protected = {
        table: (secured, policies)
        for table, secured, policies in _rows(
            "SELECT c.relname, c.relrowsecurity, array_agg(p.polname || ':' || p.polcmd::text ORDER BY p.polname) "
            "FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid GROUP BY c.oid"
        )
    }
    assert protected == {
        table: (True, ["every_tenant:*", "own_tenant:*"]) for table in _tables() - FOR_EVERYBODY.keys()
    }


def test_no_reason_outlives_its_table() -> None:
    assert FOR_EVERYBODY.keys() <= _tables()


def test_policies_are_for_the_roles_they_are_meant_for() -> None:
    found = _rows(
        "SELECT DISTINCT polname, ARRAY(SELECT rolname FROM pg_roles WHERE oid = ANY (polroles) ORDER BY 1) FROM pg_policy"
    )
    assert sorted(found) == [("every_tenant", [EVERY_TENANT, WORKER]), ("own_tenant", [WEB])]


def test_partitions_are_reached_by_what_they_are_parts_of_alone() -> None:
    found = _rows(
        "SELECT c.relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) FROM pg_class c "
        "WHERE c.relispartition AND c.relkind = 'r'"
    )
    assert len(found) >= 15
    assert set(found) == {(True, 0)}


def test_every_tenant_is_a_role_to_take_on_and_not_one_to_inherit() -> None:
    for member in (WEB, WORKER):
        ((usage, member_of),) = _rows(
            "SELECT pg_has_role(%s, %s, 'USAGE'), pg_has_role(%s, %s, 'MEMBER')",
            member,
            EVERY_TENANT,
            member,
            EVERY_TENANT,
        )
        assert (usage, member_of) == (False, True), member


class TestRows:
    """Of each table there are rows of two tenants."""

    @pytest.fixture(autouse=True)
    def _two_tenants(self) -> None:
        tables = _tenants_tables()
        nobodys = _counts(tables)
        self.own = make_tenant(tables)
        after_one = _counts(tables)
        self.foreign = make_tenant(tables)
        self.all = _counts(tables)
        self.of_own = {table: after_one[table] - nobodys[table] for table in tables}
        self.of_foreign = {table: self.all[table] - after_one[table] for table in tables}

    def test_each_table_has_some_of_both(self) -> None:
        assert [table for table, count in self.of_own.items() if count == 0] == []
        assert [table for table, count in self.of_foreign.items() if count == 0] == []

    def test_without_a_tenant_the_web_role_finds_nothing(self) -> None:
        with _acting(WEB):
            assert _counts(_tenants_tables()) == dict.fromkeys(_tenants_tables(), 0)

    def test_with_one_it_finds_that_tenants_rows(self) -> None:
        with _acting(WEB, self.own):
            assert _counts(_tenants_tables()) == self.of_own
        with _acting(WEB, self.foreign):
            assert _counts(_tenants_tables()) == self.of_foreign

    @pytest.mark.parametrize("role", [WORKER, EVERY_TENANT])
    def test_who_serves_every_tenant_finds_all(self, role: str) -> None:
        with _acting(role):
            assert _counts(_tenants_tables()) == self.all

    def test_nobody_changes_or_deletes_a_foreign_row(self) -> None:
        for table in _tenants_tables() - set(APPEND_ONLY_TABLES):
            column, key = self._foreign_row(table)
            for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
                with _acting(WEB, self.own), connection.cursor() as cursor:
                    cursor.execute(f"{statement} WHERE {column} = %s", [key])
                    assert cursor.rowcount == 0, (statement, table)

    def test_nobody_adds_a_row_to_a_foreign_tenant(self) -> None:
        for table in _tenants_tables():
            column, key = self._foreign_row(table)
            ((row,),) = _rows(f"SELECT row_to_json(t)::text FROM {table} t WHERE {column} = %s", key)
            for tenant in (self.own, None):
                with _acting(WEB, tenant), pytest.raises(ProgrammingError) as refused, transaction.atomic():
                    _rows(f"INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, %s) RETURNING 1", row)
                assert isinstance(refused.value.__cause__, InsufficientPrivilege), table
                assert "violates row-level security policy" in str(refused.value), table

    def test_nobody_hands_an_own_row_over(self) -> None:
        with _acting(WEB, self.own), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            _rows("UPDATE tenancy_store SET organization_id = %s RETURNING id", self.foreign.pk)

    def test_a_foreign_store_is_linked_to_nothing_of_ones_own(self) -> None:
        with _acting(WEB, self.foreign):
            ((store,),) = _rows("SELECT id FROM tenancy_store LIMIT 1")
        with _acting(WEB, self.own):
            for table, column, parent in _LINKS:
                with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                    _rows(
                        f"INSERT INTO {table} ({column}, store_id) SELECT id, %s FROM {parent} LIMIT 1 RETURNING id",
                        store,
                    )

    def test_orders_go_to_a_store_of_the_organization_that_is_named(self) -> None:
        """The function runs as the owner, whom no policy binds: it asks for itself."""
        with _acting(WEB, self.foreign):
            ((store,),) = _rows("SELECT id FROM tenancy_store LIMIT 1")
        with _acting(WEB), pytest.raises(ProgrammingError, match="not one of the organization"), transaction.atomic():
            _rows("SELECT webhooks_ingest(%s, %s, '[]', '{}', '{}')", self.own.pk, store)

    def _foreign_row(self, table: str) -> tuple[str, Any]:
        """The column of the table's primary key, and its value in a row of the foreign tenant."""
        ((column,),) = _rows(
            "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) "
            "WHERE indrelid = %s::regclass AND indisprimary",
            table,
        )
        with _acting(WEB, self.foreign):
            ((key,),) = _rows(f"SELECT {column} FROM {table} LIMIT 1")
        return column, key


#: Links between stores and what holds them: the table, its other column, and the table that this names.
_LINKS = [
    ("tenancy_member_given_stores", "member_id", "tenancy_member"),
    ("tenancy_storegroup_stores", "storegroup_id", "tenancy_storegroup"),
    ("integrations_apikey_chosen_stores", "apikey_id", "integrations_apikey"),
    ("webhooks_endpoint_chosen_stores", "endpoint_id", "webhooks_endpoint"),
]

#: Functions that run as the owner, whom no policy binds, with the reason.
AS_OWNER = {
    "backoffice_ensure_partitions": "makes tables; takes no name from its caller",
    "webhooks_drop_week": "drops tables; workers alone may call it",
    "tenancy_enter": "asks for one person's membership, and tells the tenant",
    "tenancy_memberships": "one person's own memberships",
    "tenancy_store_by_code": "an id, which says nothing where the store is not the tenant's; it goes by an index that a policy would close",
    "integrations_usable_key": "whose key it is, is what it finds out; the hash of a secret opens one row",
    "integrations_open_store": "a store of the key's organization that the key opens",
    "integrations_note_use": "after the call; times and counts of one key",
    "integrations_note_calls": "after many calls; counts of keys",
    "webhooks_ingest": "makes sure once that the store is the organization's, which policies would ask of each row",
    "webhooks_mark_lanes": "after the commit; a moment in lanes",
    "webhooks_is_own_delivery": "the policy of attempts: asks for the tenant's delivery",
}


def test_what_runs_as_the_owner_is_known() -> None:
    found = _rows(
        "SELECT proname, array_to_string(proconfig, ' ') LIKE '%%search_path=pg_catalog, public%%' FROM pg_proc "
        "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert dict(found) == dict.fromkeys(AS_OWNER, True)
