from django.db import migrations

from backoffice.database.partitions import partition_by_week

TABLES = ("webhooks_orderevent", "webhooks_delivery", "webhooks_attempt")


class Migration(migrations.Migration):
    """Events, deliveries and attempts are partitioned before the first row. Reversing drops their rows with the tables."""

    dependencies = [("webhooks", "0001_initial"), ("database", "0001_roles_and_partitions")]
    operations = [migrations.RunSQL(partition_by_week(table), migrations.RunSQL.noop) for table in TABLES]
