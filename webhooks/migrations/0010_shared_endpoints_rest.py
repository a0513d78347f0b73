from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0009_orders_beside_posts")]
    operations = [
        migrations.AddField(
            model_name="recovery",
            name="at_event",
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="at event"),
        ),
        migrations.AddField(
            model_name="recovery",
            name="at_store",
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="at store"),
        ),
    ]
