from django.db import migrations

from backoffice.database.partitions import ENSURE_PARTITIONS
from backoffice.database.roles import CREATE_ROLES, GRANT_EVERY_TENANT
from backoffice.database.row_security import TENANT_FUNCTION


class Migration(migrations.Migration):
    """What row-level security stands on; nothing is closed yet, so processes of the version before go on."""

    dependencies = [("database", "0002_attach_partitions")]
    operations = [
        migrations.RunSQL(CREATE_ROLES, migrations.RunSQL.noop),
        migrations.RunSQL(GRANT_EVERY_TENANT, migrations.RunSQL.noop),
        migrations.RunSQL(TENANT_FUNCTION, "DROP FUNCTION backoffice_tenant()"),
        migrations.RunSQL(ENSURE_PARTITIONS, migrations.RunSQL.noop),
    ]
