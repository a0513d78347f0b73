"""Row-level security: SQL for migrations that lets the web role see and write rows of the transaction's own tenant alone.

The tenant is the setting `backoffice.organization`, which `backoffice.tenancy.transactions` tells a transaction. Without it the web
role finds nothing. Workers serve every tenant, as does the web role where it says why (`across_tenants`), by taking on another role.
"""

from collections.abc import Sequence

from backoffice.database.roles import EVERY_TENANT, WEB, WORKER

# Empty is what a setting becomes after the transaction that first set it on its connection.
TENANT_FUNCTION = """
CREATE OR REPLACE FUNCTION backoffice_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT NULLIF(current_setting('backoffice.organization', true), '')::uuid
$$;
"""

#: In a subquery the tenant is found once a statement, not once a row; and equality of uuids may come before other conditions of a
#: query, so that indexes serve as they do without policies.
TENANT = "(SELECT backoffice_tenant())"


def of_tenant(table: str, column: str = "organization_id") -> str:
    """SQL: a row is of the organization that `column` names."""
    return protect(table, f"{column} = {TENANT}")


def of_parent(
    table: str, column: str, parent: str, *, written: Sequence[tuple[str, str]] = (), each: bool = False
) -> str:
    """SQL: a row is of whose row of `parent` its `column` names; the policy of `parent` says whose that is.

    `written` are further columns and tables that must be the tenant's in what is added or changed. The planner looks up the parent of
    each row, or where it expects many rows, reads all of the tenant's parents first. With `each` it always does the former: for tables
    that are read a page at a time, of which it expects many rows since it does not know how soon the page is full.
    """
    condition = _found(table, column, parent) if each else _exists(table, column, parent)
    check = " AND ".join([condition, *(_found(table, *place) for place in written)])
    return protect(table, condition, check)


def protect(table: str, condition: str, check: str = "") -> str:
    """SQL: under row-level security, the web role reaches rows that meet `condition`, and may write what meets `check`.

    One implicit transaction, so at no time is the table closed to everybody; its lock is held for as long as changing the
    catalog takes. The owner is not bound: migrations, foreign keys and functions that run as the owner see every row.
    """
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_tenant ON {table} TO {WEB} USING ({condition}) WITH CHECK ({check or condition});
        CREATE POLICY every_tenant ON {table} TO {WORKER}, {EVERY_TENANT} USING (true);
    """


def unprotect(table: str) -> str:
    """The reverse of each of the above."""
    return f"""
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        DROP POLICY own_tenant ON {table};
        DROP POLICY every_tenant ON {table};
    """


def _exists(table: str, column: str, parent: str) -> str:
    return f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {table}.{column})"  # names of our own


def _found(table: str, column: str, parent: str) -> str:
    return f"(SELECT true FROM {parent} parent WHERE parent.id = {table}.{column})"  # names of our own


#: Partitions have no policy, so that rows are reached by the table they are parts of, whose policies then count.
CLOSE_PARTITIONS = """
DO $$
DECLARE
    partition regclass;
BEGIN
    FOR partition IN
        SELECT inhrelid::regclass FROM pg_inherits
        JOIN backoffice_partitioned_table parent ON inhparent = to_regclass(quote_ident(parent.name)) ORDER BY 1
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', partition);
    END LOOP;
END
$$;
"""
