"""What failed stays failing."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Q


def failing_since_the_last_error(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    integrations = apps.get_model("integrations", "Integration").objects
    failing = integrations.filter(Q(last_success_at__isnull=True) | Q(last_success_at__lt=F("last_error_at")))
    failing.filter(last_error_at__isnull=False).update(failing_since=F("last_error_at"))


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_schedules_and_outages")]

    operations = [migrations.RunPython(failing_since_the_last_error, migrations.RunPython.noop)]
