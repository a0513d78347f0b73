from django.db import migrations, models

from webhooks.ingest_functions import OUTBOX


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0011_parked_by_store")]

    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="opened_from",
            field=models.CharField(
                choices=[
                    ("anywhere", "Open Order and 3rd Order"),
                    ("pos", "3rd Order only"),
                    ("elsewhere", "Open Order only"),
                ],
                db_default="anywhere",
                default="anywhere",
                help_text="Where it gets opened orders at all: those of the point of sale, all others, or both.",
                max_length=10,
                verbose_name="opened orders",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("opened_from__in", ["anywhere", "pos", "elsewhere"])),
                name="webhooks_endpoint_opened_from",
            ),
        ),
        migrations.RunSQL(OUTBOX, migrations.RunSQL.noop),
    ]
