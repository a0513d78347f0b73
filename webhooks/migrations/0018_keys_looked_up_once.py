from django.db import migrations

from backoffice.database.functions import as_owner
from webhooks.ingest_functions import COMPRESS_ORDERS, INGEST, SIGNATURES


class Migration(migrations.Migration):
    """Idempotency keys of a call are looked up once, each by itself, however many its store has: none that is committed meanwhile leaves a post without an outcome."""

    dependencies = [("webhooks", "0017_erasure_preview")]
    operations = [
        migrations.RunSQL(as_owner((INGEST,), SIGNATURES), migrations.RunSQL.noop),
        # Making a function anew forgets what was set for it.
        migrations.RunSQL(COMPRESS_ORDERS, migrations.RunSQL.noop),
    ]
