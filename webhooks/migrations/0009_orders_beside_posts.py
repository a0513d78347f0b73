from django.db import migrations

from webhooks.ingest_functions import COMPRESS_ORDERS, INGEST


class Migration(migrations.Migration):
    """The function of four arguments stays for the code that still calls it."""

    dependencies = [("webhooks", "0008_without_personal_data")]
    operations = [
        migrations.RunSQL(INGEST, migrations.RunSQL.noop),
        migrations.RunSQL(COMPRESS_ORDERS, migrations.RunSQL.noop),
    ]
