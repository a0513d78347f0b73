from django.db import migrations

from backoffice.database.row_security import CLOSE_PARTITIONS, TENANT, of_parent, of_tenant, protect, unprotect

_TENANTS_OWN = (
    "tenancy_store",
    "tenancy_member",
    "tenancy_storegroup",
    "tenancy_auditentry",
    "tenancy_mail",
    "licensing_assignmentimport",
    "licensing_billingaccount",
    "licensing_license",
    "licensing_licensedraft",
    "licensing_notice",
    "licensing_order",
    "licensing_subscription",
    "integrations_apikey",
    "integrations_brandsettings",
    "webhooks_customererasure",
)
#: Table, its column, the table that this names, and what else must be the tenant's in what is written.
_STORE = (("store_id", "tenancy_store"),)
_PARTS = (
    ("tenancy_member_given_stores", "member_id", "tenancy_member", _STORE),
    ("tenancy_storegroup_stores", "storegroup_id", "tenancy_storegroup", _STORE),
    ("tenancy_mailchoice", "member_id", "tenancy_member", ()),
    ("tenancy_mailchoice_stores", "mailchoice_id", "tenancy_mailchoice", _STORE),
    ("tenancy_mailchoice_groups", "mailchoice_id", "tenancy_mailchoice", (("storegroup_id", "tenancy_storegroup"),)),
    ("licensing_assignment", "license_id", "licensing_license", _STORE),
    ("licensing_draftchange", "draft_id", "licensing_licensedraft", _STORE),
    ("licensing_orderline", "order_id", "licensing_order", ()),
    ("integrations_apikey_chosen_stores", "apikey_id", "integrations_apikey", _STORE),
    ("integrations_apikeyday", "api_key_id", "integrations_apikey", ()),
    ("integrations_brandsecret", "brand_id", "integrations_brandsettings", ()),
    ("integrations_checklistdismissal", "store_id", "tenancy_store", ()),
    ("integrations_integration", "store_id", "tenancy_store", ()),
    ("integrations_consent", "store_id", "tenancy_store", ()),
    ("integrations_actionschedule", "integration_id", "integrations_integration", ()),
    ("integrations_actionstate", "integration_id", "integrations_integration", ()),
    ("integrations_fetchedchoices", "integration_id", "integrations_integration", ()),
    ("integrations_integrationsecret", "integration_id", "integrations_integration", ()),
    ("integrations_oauthgrant", "integration_id", "integrations_integration", ()),
    ("integrations_outage", "integration_id", "integrations_integration", ()),
    ("integrations_pendingauthorization", "integration_id", "integrations_integration", ()),
    ("integrations_seenorder", "integration_id", "integrations_integration", ()),
    ("integrations_run", "integration_id", "integrations_integration", ()),
    ("integrations_runitem", "run_id", "integrations_run", ()),
    ("integrations_runmail", "run_id", "integrations_run", ()),
    ("webhooks_endpoint_chosen_stores", "endpoint_id", "webhooks_endpoint", _STORE),
    ("webhooks_lane", "endpoint_id", "webhooks_endpoint", ()),
    ("webhooks_hourlyfigures", "endpoint_id", "webhooks_endpoint", ()),
    ("webhooks_ownernotice", "endpoint_id", "webhooks_endpoint", ()),
    ("webhooks_recovery", "endpoint_id", "webhooks_endpoint", ()),
    ("webhooks_foundorder", "erasure_id", "webhooks_customererasure", _STORE),
    ("webhooks_signingkey", "endpoint_id", "webhooks_endpoint", ()),
)
_OF_ORDERS = ("webhooks_orderevent", "webhooks_delivery", "webhooks_idempotencykey")

#: Whose delivery it is: asked by a function, since a subquery would plan every week of deliveries into each query of attempts.
_OWN_DELIVERY = f"""
CREATE FUNCTION webhooks_is_own_delivery(of_delivery uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM webhooks_delivery d JOIN tenancy_store s ON s.id = d.store_id
        WHERE d.id = of_delivery AND s.organization_id = {TENANT}
    );
END
$$;
"""


def _closed(table: str, sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(sql, unprotect(table))


class Migration(migrations.Migration):
    """From here on the web role sees the rows of the tenant it names. Each table by itself, so that none waits for another's lock.

    Web processes of the version before do not name a tenant everywhere: they are to be gone by now.
    """

    atomic = False
    dependencies = [
        ("database", "0003_every_tenant"),
        ("integrations", "0013_key_functions"),
        ("licensing", "0011_no_seat_for_closed_stores"),
        ("tenancy", "0008_membership_functions"),
        ("webhooks", "0015_lane_functions"),
    ]
    operations = [
        migrations.RunSQL(_OWN_DELIVERY, "DROP FUNCTION webhooks_is_own_delivery(uuid)"),
        _closed("tenancy_organization", of_tenant("tenancy_organization", "id")),
        *[_closed(table, of_tenant(table)) for table in _TENANTS_OWN],
        _closed(
            "webhooks_endpoint",
            protect(
                "webhooks_endpoint",
                f"organization_id = {TENANT} OR EXISTS (SELECT FROM tenancy_store store WHERE store.id = webhooks_endpoint.store_id)",
            ),
        ),
        *[
            _closed(table, of_parent(table, column, parent, written=written))
            for table, column, parent, written in _PARTS
        ],
        *[_closed(table, of_parent(table, "store_id", "tenancy_store", each=True)) for table in _OF_ORDERS],
        _closed("webhooks_attempt", protect("webhooks_attempt", "webhooks_is_own_delivery(delivery_id)")),
        migrations.RunSQL(CLOSE_PARTITIONS, migrations.RunSQL.noop),
    ]
