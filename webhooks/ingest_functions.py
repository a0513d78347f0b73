"""The database's part of taking in order events, as functions that a migration makes.

One call of them stores an order in one round trip, planned once a connection, in a transaction of its own.
"""

from licensing.entitlements import is_enterprise_sql
from webhooks.opened_orders import opened_from_sql

#: A post as Python tells of it; what is not needed may be left out.
POST = """
CREATE TYPE webhooks_post AS (
    id uuid, type text, order_id text, version bigint, number text, channel text, occurred_at timestamptz, test boolean,
    order_json text, api_key uuid, request_id text, key text, sha256 bytea, answer json
)
"""

_WANTED_OF_ENDPOINTS = (
    "id",
    "state",
    "integration_id",
    "event_types",
    "channels",
    "opened_from",
    "accepts_test_events",
)


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in _WANTED_OF_ENDPOINTS)


#: Every endpoint of the store, or of its organization for it, that wants one of the events gets a delivery: due, or parked with
#: a reason where nothing may be sent to it now. A delivery's id is its event's with other last bits: in its week, and in the order of the events.
OUTBOX = f"""
CREATE OR REPLACE FUNCTION webhooks_outbox(of_store uuid, events webhooks_post[], reasons json)
RETURNS TABLE (event_id uuid, deliveries integer, due_lanes bigint[]) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    now timestamptz := clock_timestamp();
BEGIN
    RETURN QUERY
    WITH wanted AS MATERIALIZED (
        SELECT event.id AS event, event.type, event.order_id, event.test, endpoint.id AS endpoint, lane.id AS lane,
            CASE
                WHEN endpoint.state = 'paused' THEN 'endpoint_paused'
                WHEN endpoint.state = 'disabled' THEN 'endpoint_disabled'
                WHEN integration.deactivated_at IS NOT NULL THEN 'integration_deactivated'
                WHEN endpoint.rests THEN 'not_enterprise'
                ELSE ''
            END AS reason
        FROM (
            SELECT {_columns("own")}, FALSE AS rests
            FROM webhooks_endpoint own WHERE own.store_id = of_store AND own.deleted_at IS NULL
            UNION ALL
            SELECT {_columns("shared")}, NOT {is_enterprise_sql("place.organization_id")} AS rests
            FROM tenancy_store place
            JOIN webhooks_endpoint shared ON shared.organization_id = place.organization_id AND shared.deleted_at IS NULL
            WHERE place.id = of_store AND (shared.every_store OR EXISTS (
                SELECT FROM webhooks_endpoint_chosen_stores chosen
                WHERE chosen.endpoint_id = shared.id AND chosen.store_id = of_store
            ))
        ) AS endpoint
        JOIN webhooks_lane lane ON lane.endpoint_id = endpoint.id AND lane.shard = 0
        LEFT JOIN integrations_integration integration ON integration.id = endpoint.integration_id
        JOIN unnest(events) AS event
            ON event.type = ANY (endpoint.event_types)
            AND (endpoint.channels = '{{}}' OR event.channel = '' OR event.channel = ANY (endpoint.channels))
            AND {opened_from_sql("event", "endpoint.opened_from")}
            AND (endpoint.accepts_test_events OR NOT event.test)
    ), stored AS (
        INSERT INTO webhooks_delivery (
            id, store_id, endpoint_id, lane_id, event_id, event_type, order_id, test, state, attempt_count, due_at,
            last_error, last_error_detail
        )
        SELECT
            encode(
                substring(uuid_send(event) FROM 1 FOR 12)
                || substring(int8send((lane << 20) | (random() * 1048575)::bigint) FROM 5),
                'hex'
            )::uuid,
            of_store, endpoint, lane, event, type, order_id, test, CASE reason WHEN '' THEN 'due' ELSE 'parked' END, 0,
            CASE reason WHEN '' THEN now END, reason, COALESCE(reasons ->> reason, '')
        FROM wanted
    )
    SELECT event, count(*)::integer, array_agg(lane) FILTER (WHERE reason = '') FROM wanted GROUP BY event;
END
$$
"""  # noqa: S608  # nothing but constants is put in

#: A row for each post: what was stored for it, or what is known of its idempotency key. Keys are looked up once, since each statement sees what
#: others have committed before it: where another transaction commits one of them meanwhile, it raises unique_violation and nothing is stored; called again, it knows the key. It runs as the owner, having made
#: sure once that the store is the organization's: policies that ask it of each row would cost several times what storing them does.
#: The orders come beside the posts, in their order: as an array in binary form they are stored as they are, where in JSON each was quoted and read once more.
INGEST = """
CREATE OR REPLACE FUNCTION webhooks_ingest(organization uuid, of_store uuid, posts json, orders text[], reasons json)
RETURNS TABLE (event_id uuid, deliveries integer, due_lanes bigint[], known_sha256 bytea, known_answer text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    fresh webhooks_post[] := ARRAY(SELECT post FROM json_populate_recordset(NULL::webhooks_post, posts) AS post);
    known_ids uuid[];
    known_hashes bytea[];
    known_answers text[];
BEGIN
    PERFORM set_config('backoffice.organization', organization::text, true);
    IF NOT EXISTS (SELECT FROM tenancy_store place WHERE place.id = of_store AND place.organization_id = organization) THEN
        RAISE insufficient_privilege USING MESSAGE = 'The store is not one of the organization''s.';
    END IF;

    SELECT array_agg(post.id), array_agg(known.body_sha256), array_agg(known.answer) INTO known_ids, known_hashes, known_answers
    FROM unnest(fresh) AS post CROSS JOIN LATERAL (
        SELECT body_sha256, answer FROM webhooks_idempotencykey known
        WHERE known.store_id = of_store AND known.key = post.key LIMIT 1
    ) AS known;
    IF known_ids IS NOT NULL THEN
        RETURN QUERY SELECT id, NULL::integer, NULL::bigint[], sha256, answer
        FROM unnest(known_ids, known_hashes, known_answers) AS known (id, sha256, answer);
        SELECT array_agg(fresh[place] ORDER BY place), array_agg(orders[place] ORDER BY place) INTO fresh, orders
        FROM generate_subscripts(fresh, 1) AS place WHERE (fresh[place]).id <> ALL (known_ids);
    END IF;

    INSERT INTO webhooks_orderevent (
        id, store_id, type, order_id, order_version, order_number, channel, occurred_at, test, order_json, api_key_id, request_id
    )
    SELECT id, of_store, type, order_id, version, number, channel, occurred_at, test, order_text, api_key, request_id
    FROM ROWS FROM (unnest(fresh), unnest(orders)) AS post (
        id, type, order_id, version, number, channel, occurred_at, test, order_json, api_key, request_id, key, sha256, answer, order_text
    );

    RETURN QUERY
    WITH stored AS MATERIALIZED (
        SELECT post.id, post.key, post.sha256, post.answer, COALESCE(outbox.deliveries, 0) AS deliveries, outbox.due_lanes
        FROM unnest(fresh) AS post
        LEFT JOIN webhooks_outbox(of_store, fresh, reasons) AS outbox ON outbox.event_id = post.id
    ), answered AS (
        INSERT INTO webhooks_idempotencykey (id, store_id, key, body_sha256, answer, created_at)
        SELECT id, of_store, key, sha256, json_build_object('event', answer, 'deliveries', deliveries)::text, clock_timestamp()
        FROM stored WHERE key <> '' ORDER BY key
    )
    SELECT id, deliveries, due_lanes, NULL::bytea, NULL::text FROM stored;
END
$$
"""

#: Orders are compressed and read in half the time where the server was built with LZ4, as packaged ones are.
COMPRESS_ORDERS = """
DO $$
BEGIN
    ALTER FUNCTION webhooks_ingest(uuid, uuid, json, text[], json) SET default_toast_compression = 'lz4';
EXCEPTION WHEN invalid_parameter_value OR feature_not_supported THEN
    RAISE NOTICE 'This server knows no LZ4: orders are compressed its own way.';
END
$$
"""

SIGNATURES = {"webhooks_ingest": "uuid, uuid, json, text[], json"}
