"""The add-ons on sale and what each plan level asks for them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def sell(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    add_on = apps.get_model("licensing", "AddOn").objects.create(
        code="integration_hub",
        name="Integration Hub",
        description="Third-party integrations, a developer API key and order webhooks for a store.",
    )
    offers = apps.get_model("licensing", "PlanAddOn").objects
    offers.create(level="pro", add_on=add_on, monthly_price=2900, currency="USD", counts_stores=False)
    offers.create(level="enterprise", add_on=add_on, monthly_price=1900, currency="USD", counts_stores=True)


class Migration(migrations.Migration):
    dependencies = [("licensing", "0002_seat_count")]
    operations = [migrations.RunPython(sell, migrations.RunPython.noop)]
