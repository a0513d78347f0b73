import django.core.validators
from django.db import migrations, models

#: Code from before keys of organizations inserts a store's key without its organization, and may still run beside this schema.
FILL_ORGANIZATION = """
CREATE FUNCTION integrations_apikey_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.organization_id IS NULL THEN
        SELECT organization_id INTO NEW.organization_id FROM tenancy_store WHERE id = NEW.store_id;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER integrations_apikey_organization BEFORE INSERT ON integrations_apikey
    FOR EACH ROW EXECUTE FUNCTION integrations_apikey_organization();
"""
DROP = """
DROP TRIGGER integrations_apikey_organization ON integrations_apikey;
DROP FUNCTION integrations_apikey_organization();
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0011_versions_and_time_zones_followed")]
    operations = [
        migrations.AddField(
            model_name="apikey",
            name="requests_per_minute",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="How many requests the key may make in a minute. Empty: as many as every key.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="requests a minute",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("requests_per_minute__isnull", True), ("requests_per_minute__gte", 1), _connector="OR"
                ),
                name="integrations_key_requests",
            ),
        ),
        migrations.RunSQL(FILL_ORGANIZATION, DROP),
    ]
