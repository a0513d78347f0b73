"""The database's part of marking lanes as due, as a function that a migration makes."""

#: Notified when a lane has become due; drains that are awake listen to it.
CHANNEL = "webhooks_lanes"

#: Runs as the owner: after the commit that made them due, no tenant is told, and telling one would cost every order two round trips.
#: Rows are locked in the order of their ids, here and wherever several lanes are changed, so that no two writers deadlock.
#: The commit is not waited for and a long lock is not either: a mark that is lost is found by the sweeper.
MARK_LANES = f"""
CREATE OR REPLACE FUNCTION webhooks_mark_lanes(lanes bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    due integer;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '200ms', true);
    WITH unmarked AS MATERIALIZED (
        SELECT id, GREATEST(statement_timestamp(), open_until, paused_until) AS due_at
        FROM webhooks_lane lane
        WHERE id = ANY(lanes)
          AND (next_due_at IS NULL OR next_due_at > GREATEST(statement_timestamp(), open_until, paused_until))
        ORDER BY id FOR NO KEY UPDATE OF lane
    ), marked AS (
        UPDATE webhooks_lane lane SET next_due_at = unmarked.due_at FROM unmarked WHERE lane.id = unmarked.id
        RETURNING lane.next_due_at
    )
    SELECT count(*) INTO due FROM marked WHERE next_due_at <= statement_timestamp();
    IF due > 0 THEN
        PERFORM pg_notify('{CHANNEL}', '');
    END IF;
END
$$
"""  # noqa: S608  # nothing but constants is put in

SIGNATURES = {"webhooks_mark_lanes": "bigint[]"}
