"""What the plans' add-ons cost becomes dated rows that nobody edits; so do the lines of orders and their amounts."""

from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from backoffice.database.append_only import allow_changes, forbid_changes


def yearly(monthly_price: int) -> int:
    """Per month, where a year is bought at once: a sixth less, in whole dollars."""
    return monthly_price * 10 // 12 // 100 * 100


def date_prices(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    prices = apps.get_model("licensing", "Price").objects
    for offer in apps.get_model("licensing", "PlanAddOn").objects.all():
        for period, monthly in (
            ("monthly", offer.monthly_price),
            ("yearly", yearly(offer.monthly_price)),
        ):
            prices.create(
                offer=offer,
                currency=offer.currency,
                billing_period=period,
                monthly_amount=monthly,
                valid_from=date(2026, 1, 1),
            )


KEEP_HISTORY = """
CREATE FUNCTION licensing_keep_prices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.valid_from > current_date THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'A price is never edited: add another that is valid from a later day.' USING ERRCODE = 'check_violation';
END
$$;

CREATE FUNCTION licensing_keep_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (to_jsonb(NEW) - '{paid_at,payment_reference,void_at}'::text[])
          = (to_jsonb(OLD) - '{paid_at,payment_reference,void_at}'::text[]) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An order is never changed but for its payment.' USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER licensing_prices_kept BEFORE UPDATE OR DELETE ON licensing_price
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_prices();
CREATE TRIGGER licensing_orders_kept BEFORE UPDATE OR DELETE ON licensing_order
    FOR EACH ROW EXECUTE FUNCTION licensing_keep_orders();
"""

FORGET_HISTORY = """
DROP TRIGGER licensing_orders_kept ON licensing_order;
DROP TRIGGER licensing_prices_kept ON licensing_price;
DROP FUNCTION licensing_keep_orders();
DROP FUNCTION licensing_keep_prices();
"""


class Migration(migrations.Migration):
    dependencies = [("licensing", "0004_billing")]
    operations = [
        migrations.RunPython(date_prices, migrations.RunPython.noop),
        migrations.RunSQL(KEEP_HISTORY, FORGET_HISTORY),
        migrations.RunSQL(forbid_changes("licensing_orderline"), allow_changes("licensing_orderline")),
    ]
