"""The API key that made a change: a column with a default in the database, which old code need not fill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0005_closed_stores")]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="api_key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The key that acted: its name and its masked text, as they were then.",
                max_length=120,
                verbose_name="API key",
            ),
        ),
    ]
