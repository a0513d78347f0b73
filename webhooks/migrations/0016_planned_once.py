from django.db import migrations

from backoffice.database.functions import as_owner
from webhooks.ingest_functions import COMPRESS_ORDERS, INGEST, SIGNATURES
from webhooks.lane_functions import MARK_LANES
from webhooks.lane_functions import SIGNATURES as OF_LANES


class Migration(migrations.Migration):
    """An idempotency key is looked up by itself, however many its store has, and marking lanes is planned once a connection."""

    dependencies = [("webhooks", "0015_lane_functions")]
    operations = [
        migrations.RunSQL(as_owner((INGEST,), SIGNATURES), migrations.RunSQL.noop),
        # Making a function anew forgets what was set for it.
        migrations.RunSQL(COMPRESS_ORDERS, migrations.RunSQL.noop),
        migrations.RunSQL(as_owner((MARK_LANES,), OF_LANES), migrations.RunSQL.noop),
    ]
