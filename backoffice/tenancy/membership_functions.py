"""The database's part of choosing an organization, as functions that a migration makes.

Before the tenant is known, row-level security shows the web role nothing; these run as the owner and answer for one person alone.
"""

#: A person's membership in the organization with this address, which becomes the transaction's tenant. No row where there is none.
ENTER = """
CREATE OR REPLACE FUNCTION tenancy_enter(of_user bigint, wanted text)
RETURNS TABLE (member tenancy_member, organization tenancy_organization)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered record;
BEGIN
    SELECT m, o INTO entered FROM tenancy_member m JOIN tenancy_organization o ON o.id = m.organization_id
    WHERE m.user_id = of_user AND o.slug = wanted;
    IF FOUND THEN
        member := entered.m;
        organization := entered.o;
        PERFORM set_config('backoffice.organization', organization.id::text, true);
        RETURN NEXT;
    END IF;
END
$$
"""

#: Every membership of a person, by the organizations' names.
MEMBERSHIPS = """
CREATE OR REPLACE FUNCTION tenancy_memberships(of_user bigint, most integer)
RETURNS TABLE (member tenancy_member, organization tenancy_organization)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m, o FROM tenancy_member m JOIN tenancy_organization o ON o.id = m.organization_id
    WHERE m.user_id = of_user ORDER BY o.name, o.id LIMIT most
$$
"""

#: The store of an organization with this code, however its letters are cased: `upper` may not come before a policy, so under one the
#: index on it would go unused.
STORE_BY_CODE = """
CREATE OR REPLACE FUNCTION tenancy_store_by_code(of_organization uuid, wanted text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (SELECT id FROM tenancy_store WHERE organization_id = of_organization AND upper(code) = upper(wanted));
END
$$
"""

SIGNATURES = {
    "tenancy_enter": "bigint, text",
    "tenancy_memberships": "bigint, integer",
    "tenancy_store_by_code": "uuid, text",
}
