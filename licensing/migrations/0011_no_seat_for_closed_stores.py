"""The database gives no seat to a store that is closed, whoever asks."""

from django.db import migrations

COUNT_ADDED = """
CREATE OR REPLACE FUNCTION licensing_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added
        JOIN licensing_license license ON license.id = added.license_id
        JOIN tenancy_store store ON store.id = added.store_id
        WHERE store.organization_id <> license.organization_id
    ) THEN
        RAISE EXCEPTION 'A license covers stores of its own organization only.' USING ERRCODE = 'check_violation';
    END IF;
    {no_closed_store}
    UPDATE licensing_license SET assigned = assigned + counted.seats
    FROM (SELECT license_id, count(*) AS seats FROM added GROUP BY license_id) AS counted
    WHERE licensing_license.id = counted.license_id;
    RETURN NULL;
END
$$;
"""
NO_CLOSED_STORE = """
    IF EXISTS (
        SELECT FROM added JOIN tenancy_store store ON store.id = added.store_id WHERE store.closed_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'A closed store has no license.' USING ERRCODE = 'check_violation';
    END IF;
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0010_notices_to_support"), ("tenancy", "0005_closed_stores")]
    operations = [
        migrations.RunSQL(
            COUNT_ADDED.replace("{no_closed_store}", NO_CLOSED_STORE), COUNT_ADDED.replace("{no_closed_store}", "")
        )
    ]
