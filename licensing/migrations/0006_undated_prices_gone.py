"""The undated price of a plan's add-on goes: its dated prices stand in its place."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("licensing", "0005_dated_prices")]

    operations = [
        migrations.RemoveConstraint(
            model_name="planaddon",
            name="licensing_offer_once",
        ),
        migrations.RemoveField(
            model_name="planaddon",
            name="currency",
        ),
        migrations.RemoveField(
            model_name="planaddon",
            name="monthly_price",
        ),
        migrations.AddConstraint(
            model_name="planaddon",
            constraint=models.UniqueConstraint(fields=("level", "add_on"), name="licensing_offer_once_a_level"),
        ),
    ]
