"""The database's part of knowing an API key, as functions that a migration makes.

Whose key it is is what they find out, so no tenant can be told before; they run as the owner and answer for the one key alone. They
cost a call of the API no round trip, which a transaction around each statement would.
"""

from licensing.entitlements import has_hub_sql, is_enterprise_sql

#: The usable key with this hash, with its store (null of an organization's key) and whether that has the hub.
USABLE_KEY = f"""
CREATE OR REPLACE FUNCTION integrations_usable_key(hash bytea, moment timestamptz)
RETURNS TABLE (key integrations_apikey, store tenancy_store, licensed boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT k, s, {has_hub_sql("s.id")}
    FROM integrations_apikey k LEFT JOIN tenancy_store s ON s.id = k.store_id
    WHERE k.lookup_hash = hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > moment);
END
$$
"""  # noqa: S608  # nothing but constants is put in

#: The store with this code, if this key of an organization opens it, and whether the key may be used there now.
OPEN_STORE = f"""
CREATE OR REPLACE FUNCTION integrations_open_store(of_key uuid, wanted text)
RETURNS TABLE (store tenancy_store, licensed boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT s, {has_hub_sql("s.id")} AND {is_enterprise_sql("s.organization_id")}
    FROM integrations_apikey k JOIN tenancy_store s ON s.organization_id = k.organization_id
    WHERE k.id = of_key AND k.store_id IS NULL AND upper(s.code) = upper(wanted) AND (k.every_store OR EXISTS (
        SELECT FROM integrations_apikey_chosen_stores chosen WHERE chosen.apikey_id = k.id AND chosen.store_id = s.id
    ));
END
$$
"""  # noqa: S608  # nothing but constants is put in

#: Whether the key's use was written. Nothing is where another process did so since `before`: what was counted here waits for the next time.
NOTE_USE = """
CREATE OR REPLACE FUNCTION integrations_note_use(
    of_key uuid, moment timestamptz, before timestamptz, address inet, days date[], calls bigint[]
) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    UPDATE integrations_apikey known SET last_used_at = moment, last_used_address = address
    WHERE known.id = of_key AND (known.last_used_at IS NULL OR known.last_used_at <= before);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO integrations_apikeyday AS known (api_key_id, day, calls)
    SELECT of_key, counted.day, counted.number FROM unnest(days, calls) AS counted (day, number)
    ON CONFLICT ON CONSTRAINT integrations_key_day_once DO UPDATE SET calls = known.calls + excluded.calls;
    RETURN true;
END
$$
"""

#: Adds calls of many keys; those of keys that are gone are dropped.
NOTE_CALLS = """
CREATE OR REPLACE FUNCTION integrations_note_calls(of_keys uuid[], days date[], calls bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO integrations_apikeyday AS known (api_key_id, day, calls)
    SELECT counted.key, counted.day, counted.number
    FROM unnest(of_keys, days, calls) AS counted (key, day, number) JOIN integrations_apikey k ON k.id = counted.key
    ORDER BY counted.key, counted.day
    ON CONFLICT ON CONSTRAINT integrations_key_day_once DO UPDATE SET calls = known.calls + excluded.calls;
END
$$
"""

SIGNATURES = {
    "integrations_usable_key": "bytea, timestamptz",
    "integrations_open_store": "uuid, text",
    "integrations_note_use": "uuid, timestamptz, timestamptz, inet, date[], bigint[]",
    "integrations_note_calls": "uuid[], date[], bigint[]",
}
