from django.db import migrations

from backoffice.database.functions import as_owner, without
from webhooks.ingest_functions import COMPRESS_ORDERS, INGEST
from webhooks.ingest_functions import SIGNATURES as OF_INGEST
from webhooks.lane_functions import MARK_LANES, SIGNATURES


class Migration(migrations.Migration):
    """What stores an order, and what is marked after the commit, when no tenant is told."""

    dependencies = [("database", "0003_every_tenant"), ("webhooks", "0014_found_orders_stay_a_while")]
    operations = [
        migrations.RunSQL(as_owner((INGEST,), OF_INGEST), migrations.RunSQL.noop),
        # Making a function anew forgets what was set for it.
        migrations.RunSQL(COMPRESS_ORDERS, migrations.RunSQL.noop),
        migrations.RunSQL(as_owner((MARK_LANES,), SIGNATURES), without(SIGNATURES)),
    ]
