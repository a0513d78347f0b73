from django.db import migrations

from backoffice.database.functions import as_owner
from webhooks.lane_functions import MARK_LANES, SIGNATURES


class Migration(migrations.Migration):
    """Marking lanes is planned once a connection."""

    dependencies = [("webhooks", "0015_lane_functions")]
    operations = [migrations.RunSQL(as_owner((MARK_LANES,), SIGNATURES), migrations.RunSQL.noop)]
