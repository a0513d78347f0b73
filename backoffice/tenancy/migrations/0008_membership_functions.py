from django.db import migrations

from backoffice.database.functions import as_owner, without
from backoffice.tenancy.membership_functions import ENTER, MEMBERSHIPS, SIGNATURES, STORE_BY_CODE


class Migration(migrations.Migration):
    """What is asked before a tenant is told."""

    dependencies = [("database", "0003_every_tenant"), ("tenancy", "0007_mails")]
    operations = [
        migrations.RunSQL(as_owner((ENTER, MEMBERSHIPS, STORE_BY_CODE), SIGNATURES), without(SIGNATURES)),
    ]
