from django.db import migrations

from backoffice.database.append_only import allow_changes, forbid_changes


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]
    operations = [
        migrations.RunSQL(forbid_changes("tenancy_auditentry"), allow_changes("tenancy_auditentry")),
    ]
