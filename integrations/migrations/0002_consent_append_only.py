from django.db import migrations

from backoffice.database.append_only import allow_changes, forbid_changes


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial"), ("tenancy", "0002_audit_append_only")]
    operations = [
        migrations.RunSQL(forbid_changes("integrations_consent"), allow_changes("integrations_consent")),
    ]
