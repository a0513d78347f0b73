"""A table whose rows the database itself refuses to change or remove."""

FORBID_CHANGES = """
CREATE OR REPLACE FUNCTION backoffice_forbid_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of %% are never changed or removed.', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
""".replace("%%", "%")


def forbid_changes(table: str) -> str:
    """SQL for a migration: rows of `table` can be added and read, and no statement of the application changes them."""
    return (
        f"{FORBID_CHANGES}"
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION backoffice_forbid_changes();"
    )


def allow_changes(table: str) -> str:
    """The reverse of `forbid_changes`."""
    return f"DROP TRIGGER {table}_append_only ON {table};"
