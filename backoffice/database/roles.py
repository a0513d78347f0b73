"""The database roles: the owner migrates; web, worker and who acts across tenants read and write rows and own nothing."""

from typing import Any

from django.db import connections

WEB = "backoffice_web"
WORKER = "backoffice_worker"
#: What web and worker may take on for a transaction: row-level security shows it every tenant's rows.
EVERY_TENANT = "backoffice_every_tenant"

#: Tables whose history nobody may change: rows are added and read, never updated or deleted.
APPEND_ONLY_TABLES = ("tenancy_auditentry", "integrations_consent")

# Since version 16, who creates a role is a member of it and yet may not take it on until that is granted too.
CREATE_ROLES = f"""
DO $$
DECLARE
    wanted text;
    needed text := CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['{WEB}', '{WORKER}', '{EVERY_TENANT}'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF NOT pg_has_role(current_user, wanted, needed) THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;
END
$$;
"""

# May be taken on and is not inherited: without SET ROLE its policies count for nobody. Before version 16 inheriting is a property of the member.
GRANT_EVERY_TENANT = f"""
DO $$
DECLARE
    member text;
BEGIN
    FOREACH member IN ARRAY ARRAY['{WEB}', '{WORKER}'] LOOP
        IF current_setting('server_version_num')::integer < 160000 THEN
            IF (SELECT rolinherit FROM pg_roles WHERE rolname = member) THEN
                EXECUTE format('ALTER ROLE %I NOINHERIT', member);
            END IF;
            IF NOT pg_has_role(member, '{EVERY_TENANT}', 'MEMBER') THEN
                EXECUTE format('GRANT {EVERY_TENANT} TO %I', member);
            END IF;
        ELSIF NOT pg_has_role(member, '{EVERY_TENANT}', 'SET') OR pg_has_role(member, '{EVERY_TENANT}', 'USAGE') THEN
            EXECUTE format('GRANT {EVERY_TENANT} TO %I WITH INHERIT FALSE, SET TRUE', member);
        END IF;
    END LOOP;
END
$$;
"""

_GRANTS = f"""
GRANT USAGE ON SCHEMA public TO {WEB}, {WORKER}, {EVERY_TENANT};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB}, {WORKER}, {EVERY_TENANT};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WEB}, {WORKER}, {EVERY_TENANT};
REVOKE INSERT, UPDATE, DELETE ON django_migrations, backoffice_partitioned_table FROM {WEB}, {WORKER}, {EVERY_TENANT};
"""


def grant_after_migrate(*, using: str = "default", **_: Any) -> None:
    """Give the roles what they need on every table that now exists; safe to run again."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(CREATE_ROLES)
        cursor.execute(GRANT_EVERY_TENANT)
        cursor.execute(_GRANTS)
        present = set(connection.introspection.table_names(cursor))
        for table in APPEND_ONLY_TABLES:
            if table in present:
                cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {WEB}, {WORKER}, {EVERY_TENANT}")
