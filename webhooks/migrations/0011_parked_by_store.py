from django.db import migrations, models

from backoffice.database.partition_indexes import AddIndexByPartition


class Migration(migrations.Migration):
    """The new index begins as the old one does, so it also serves the code that still runs."""

    atomic = False
    dependencies = [("webhooks", "0010_shared_endpoints_rest")]
    operations = [
        AddIndexByPartition(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "parked")),
                fields=["endpoint", "store", "id"],
                name="webhooks_delivery_parked_store",
            ),
        ),
        migrations.RemoveIndex(model_name="delivery", name="webhooks_delivery_parked"),
    ]
