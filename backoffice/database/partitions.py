"""Tables partitioned by the week that lies in their UUIDv7 primary key."""

from datetime import UTC, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections

#: How far ahead partitions are made; the daily task keeps it so.
WEEKS_AHEAD = 4

ENSURE_PARTITIONS = """
-- Makes the partition that holds `moment`, and the `weeks` after it, for every partitioned table.
-- SECURITY DEFINER: the web and worker roles own no table and may still call it. It takes no table name from its caller.
-- ATTACH goes on beside every query of the table, which PARTITION OF would lock.
CREATE OR REPLACE FUNCTION backoffice_ensure_partitions(moment timestamptz, weeks integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    parent text;
    week_start timestamptz;
    child text;
    made integer := 0;
BEGIN
    IF weeks NOT BETWEEN 0 AND 60 OR moment NOT BETWEEN now() - interval '400 days' AND now() + interval '400 days' THEN
        RAISE EXCEPTION 'Partitions are made for at most 60 weeks, within 400 days of today.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('backoffice_ensure_partitions'));
    FOR parent IN SELECT name FROM public.backoffice_partitioned_table ORDER BY name LOOP
        FOR week IN 0..weeks LOOP
            week_start := date_trunc('week', moment AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(weeks => week);
            child := parent || '_' || to_char(week_start AT TIME ZONE 'UTC', 'YYYYMMDD');
            IF to_regclass('public.' || quote_ident(child)) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)',
                    child, parent
                );
                -- Without a policy of its own: its rows are reached by the parent, whose policies then count.
                EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', child);
                EXECUTE format(
                    'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                    parent, child, public.backoffice_uuid7_floor(week_start),
                    public.backoffice_uuid7_floor(week_start + interval '1 week')
                );
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
"""

CREATE_FUNCTIONS = f"""
CREATE FUNCTION backoffice_uuid7_floor(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT (substr(padded, 1, 8) || '-' || substr(padded, 9, 4) || '-7000-8000-000000000000')::uuid
    FROM (SELECT lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS padded) AS milliseconds
$$;

CREATE TABLE backoffice_partitioned_table (name text PRIMARY KEY);

{ENSURE_PARTITIONS}
REVOKE ALL ON FUNCTION backoffice_ensure_partitions(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION backoffice_ensure_partitions(timestamptz, integer) TO backoffice_web, backoffice_worker;
"""

DROP_FUNCTIONS = """
DROP FUNCTION backoffice_ensure_partitions(timestamptz, integer);
DROP TABLE backoffice_partitioned_table;
DROP FUNCTION backoffice_uuid7_floor(timestamptz);
"""


def partition_by_week(table: str) -> str:
    """SQL for a migration: turn the empty table Django has just made into one partitioned by its UUIDv7 `id`.

    Its indexes keep their names and its checks come along; foreign keys were declared without a database constraint, since they
    block dropping a partition.
    """
    return f"""
    ALTER TABLE {table} RENAME TO {table}_template;
    CREATE TABLE {table} (LIKE {table}_template INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (id);
    DO $$
    DECLARE
        definitions text[];
        definition text;
    BEGIN
        SELECT array_agg(replace(pg_get_indexdef(indexrelid), '{table}_template', '{table}')) INTO definitions
        FROM pg_index WHERE indrelid = '{table}_template'::regclass AND NOT indisprimary;
        DROP TABLE {table}_template;
        ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (id);
        FOREACH definition IN ARRAY definitions LOOP
            EXECUTE definition;
        END LOOP;
    END
    $$;
    INSERT INTO backoffice_partitioned_table (name) VALUES ('{table}');
    SELECT backoffice_ensure_partitions(now() - interval '1 week', {WEEKS_AHEAD + 1});
    """


def ensure_partitions(moment: datetime, *, weeks: int = WEEKS_AHEAD, using: str = DEFAULT_DB_ALIAS) -> int:
    """Make the partitions from the week of `moment` on; returns how many were missing. Any role may call it."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT backoffice_ensure_partitions(%s, %s)", [moment, weeks])
        (made,) = cursor.fetchone()
    return int(made)


def existing_weeks(*, using: str = DEFAULT_DB_ALIAS) -> dict[str, list[datetime]]:
    """The weeks, oldest first, for which each partitioned table has a partition; told by the partitions' names."""
    with connections[using].cursor() as cursor:
        cursor.execute("""
            SELECT parent.name, right(child.relname, 8) FROM backoffice_partitioned_table parent
            LEFT JOIN pg_inherits ON pg_inherits.inhparent = to_regclass(quote_ident(parent.name))
            LEFT JOIN pg_class child ON child.oid = pg_inherits.inhrelid
            ORDER BY parent.name, child.relname
        """)
        rows = cursor.fetchall()
    weeks: dict[str, list[datetime]] = {}
    for table, week in rows:
        known = weeks.setdefault(table, [])
        if week is not None:
            known.append(datetime.strptime(week, "%Y%m%d").replace(tzinfo=UTC))
    return weeks


def week_of(moment: datetime) -> datetime:
    """The Monday, 00:00 UTC, on which the partition of `moment` begins."""
    return (moment - timedelta(days=moment.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
