from django.db import migrations

from backoffice.database.functions import as_owner, without
from integrations.key_functions import NOTE_CALLS, NOTE_USE, OPEN_STORE, SIGNATURES, USABLE_KEY


class Migration(migrations.Migration):
    """What is asked and noted of an API key before a tenant is told."""

    dependencies = [
        ("database", "0003_every_tenant"),
        ("integrations", "0012_key_limits"),
        ("licensing", "0011_no_seat_for_closed_stores"),
    ]
    operations = [
        migrations.RunSQL(as_owner((NOTE_CALLS, NOTE_USE, OPEN_STORE, USABLE_KEY), SIGNATURES), without(SIGNATURES)),
    ]
