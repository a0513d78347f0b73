"""The database counts license seats itself, so that no connection can assign one too many."""

from django.db import migrations

COUNT_SEATS = """
CREATE FUNCTION licensing_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added
        JOIN licensing_license license ON license.id = added.license_id
        JOIN tenancy_store store ON store.id = added.store_id
        WHERE store.organization_id <> license.organization_id
    ) THEN
        RAISE EXCEPTION 'A license covers stores of its own organization only.' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE licensing_license SET assigned = assigned + counted.seats
    FROM (SELECT license_id, count(*) AS seats FROM added GROUP BY license_id) AS counted
    WHERE licensing_license.id = counted.license_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION licensing_count_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE licensing_license SET assigned = assigned - counted.seats
    FROM (SELECT license_id, count(*) AS seats FROM removed GROUP BY license_id) AS counted
    WHERE licensing_license.id = counted.license_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION licensing_forbid_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.license_id <> OLD.license_id OR NEW.store_id <> OLD.store_id THEN
        RAISE EXCEPTION 'An assignment is not moved: remove it and add another.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION licensing_guard_assigned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.assigned := 0;
    ELSIF NEW.assigned <> OLD.assigned AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'The number of assigned stores is counted by the database.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER licensing_seats_added AFTER INSERT ON licensing_assignment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION licensing_count_added();
CREATE TRIGGER licensing_seats_removed AFTER DELETE ON licensing_assignment
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION licensing_count_removed();
CREATE TRIGGER licensing_seats_fixed BEFORE UPDATE ON licensing_assignment
    FOR EACH ROW EXECUTE FUNCTION licensing_forbid_update();
CREATE TRIGGER licensing_assigned_guarded BEFORE INSERT OR UPDATE ON licensing_license
    FOR EACH ROW EXECUTE FUNCTION licensing_guard_assigned();
"""

FORGET_SEATS = """
DROP TRIGGER licensing_assigned_guarded ON licensing_license;
DROP TRIGGER licensing_seats_fixed ON licensing_assignment;
DROP TRIGGER licensing_seats_removed ON licensing_assignment;
DROP TRIGGER licensing_seats_added ON licensing_assignment;
DROP FUNCTION licensing_guard_assigned();
DROP FUNCTION licensing_forbid_update();
DROP FUNCTION licensing_count_removed();
DROP FUNCTION licensing_count_added();
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0001_initial")]
    operations = [migrations.RunSQL(COUNT_SEATS, FORGET_SEATS)]
