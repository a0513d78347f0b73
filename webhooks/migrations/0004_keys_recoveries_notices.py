import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backoffice.database.identifiers

# Whoever has had a success was reached at its URL.
CONFIRM = """
UPDATE webhooks_endpoint endpoint SET confirmed_at = now()
WHERE EXISTS (SELECT FROM webhooks_hourlyfigures figures WHERE figures.endpoint_id = endpoint.id AND figures.succeeded > 0)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0003_lane_policies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnerNotice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backoffice.database.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("failing_since", models.DateTimeField(verbose_name="failing since")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("1h", "Failing for an hour"),
                            ("24h", "Failing for a day"),
                            ("72h", "Failing for three days"),
                            ("disabled", "Switched off"),
                            ("recovered", "Delivering again"),
                        ],
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "sent_to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254), default=list, size=None, verbose_name="sent to"
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
            ],
            options={
                "verbose_name": "owner notice",
                "verbose_name_plural": "owner notices",
            },
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backoffice.database.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("until", models.DateTimeField(verbose_name="until")),
                ("reached", models.UUIDField(verbose_name="reached")),
                ("sent_again", models.PositiveIntegerField(default=0, verbose_name="sent again")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "recovery",
                "verbose_name_plural": "recoveries",
            },
        ),
        migrations.AddField(
            model_name="endpoint",
            name="confirmed_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="The first success at the present URL.",
                null=True,
                verbose_name="confirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="signingkey",
            index=models.Index(fields=["endpoint", "-id"], name="webhooks_signingkey_newest"),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("expires_at__isnull", True)),
                fields=("endpoint",),
                name="webhooks_signingkey_one_current",
            ),
        ),
        migrations.AddField(
            model_name="ownernotice",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="owner_notices",
                to="webhooks.endpoint",
                verbose_name="endpoint",
            ),
        ),
        migrations.AddField(
            model_name="recovery",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty where an API key asked.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked for by",
            ),
        ),
        migrations.AddField(
            model_name="recovery",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="recoveries",
                to="webhooks.endpoint",
                verbose_name="endpoint",
            ),
        ),
        migrations.AddIndex(
            model_name="ownernotice",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", True)), fields=["created_at"], name="webhooks_notice_unsent"
            ),
        ),
        migrations.AddConstraint(
            model_name="ownernotice",
            constraint=models.UniqueConstraint(
                fields=("endpoint", "failing_since", "step"), name="webhooks_notice_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="ownernotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("step__in", ["1h", "24h", "72h", "disabled", "recovered"])),
                name="webhooks_notice_step",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finished_at__isnull", True)),
                fields=("endpoint",),
                name="webhooks_recovery_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("since__lte", models.F("until"))), name="webhooks_recovery_since"
            ),
        ),
        migrations.RunSQL(CONFIRM, migrations.RunSQL.noop),
    ]
