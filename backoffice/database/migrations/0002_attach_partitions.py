from django.db import migrations

from backoffice.database.partitions import ENSURE_PARTITIONS


class Migration(migrations.Migration):
    """A partition is made apart and then attached, which waits for no reader or writer of the table and holds none up."""

    dependencies = [("database", "0001_roles_and_partitions")]
    operations = [migrations.RunSQL(ENSURE_PARTITIONS, migrations.RunSQL.noop)]
