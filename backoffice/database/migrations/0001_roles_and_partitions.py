from django.db import migrations

from backoffice.database.partitions import CREATE_FUNCTIONS, DROP_FUNCTIONS
from backoffice.database.roles import CREATE_ROLES


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(CREATE_ROLES, migrations.RunSQL.noop),
        migrations.RunSQL(CREATE_FUNCTIONS, DROP_FUNCTIONS),
    ]
