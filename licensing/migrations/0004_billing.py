"""Billing accounts, orders with lines, coupons, dated prices, notices, and the terms of subscriptions and licenses."""

import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import backoffice.database.identifiers


class Migration(migrations.Migration):
    dependencies = [
        ("licensing", "0003_what_is_sold"),
        ("tenancy", "0002_audit_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BillingAccount",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="billing_account",
                        serialize=False,
                        to="tenancy.organization",
                        verbose_name="organization",
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="USD",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Z]{3}\\Z", "Use a currency code of three capital letters, such as USD."
                            )
                        ],
                        verbose_name="currency",
                    ),
                ),
                ("legal_name", models.CharField(blank=True, max_length=200, verbose_name="legal name")),
                ("address", models.TextField(blank=True, max_length=500, verbose_name="address")),
                ("tax_number", models.CharField(blank=True, max_length=40, verbose_name="tax number")),
                (
                    "tax_name",
                    models.CharField(
                        blank=True, help_text="As invoices call it, such as VAT.", max_length=40, verbose_name="tax"
                    ),
                ),
                (
                    "tax_percent",
                    models.DecimalField(decimal_places=3, default=0, max_digits=6, verbose_name="tax rate in percent"),
                ),
                (
                    "credit",
                    models.PositiveBigIntegerField(
                        default=0,
                        help_text="In minor units: what the next invoices are reduced by.",
                        verbose_name="credit",
                    ),
                ),
            ],
            options={
                "verbose_name": "billing account",
                "verbose_name_plural": "billing accounts",
            },
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("percent", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="percentage")),
                (
                    "amount",
                    models.PositiveBigIntegerField(
                        blank=True, help_text="In minor units.", null=True, verbose_name="amount"
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        blank=True,
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Z]{3}\\Z", "Use a currency code of three capital letters, such as USD."
                            )
                        ],
                        verbose_name="currency",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "valid_until",
                    models.DateField(blank=True, help_text="Its last day.", null=True, verbose_name="valid until"),
                ),
                (
                    "max_uses",
                    models.PositiveIntegerField(
                        blank=True, help_text="Empty: any number.", null=True, verbose_name="may be used"
                    ),
                ),
                ("uses", models.PositiveIntegerField(default=0, editable=False, verbose_name="used")),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
            },
        ),
        migrations.CreateModel(
            name="InvoiceCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("renewed", "Renewed"),
                            ("grace", "Overdue"),
                            ("lapsed", "Lapsed"),
                            ("trial_over", "Trial over"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("about", models.CharField(max_length=40, verbose_name="about")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=backoffice.database.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveBigIntegerField(editable=False, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[("change", "Change of plan or add-ons"), ("renewal", "Renewal")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="idempotency token")),
                ("term_starts_on", models.DateField(verbose_name="from")),
                ("term_ends_on", models.DateField(verbose_name="until")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("total", models.PositiveBigIntegerField(verbose_name="total")),
                ("tax", models.BigIntegerField(default=0, verbose_name="tax")),
                ("tax_name", models.CharField(blank=True, max_length=40, verbose_name="tax")),
                (
                    "tax_percent",
                    models.DecimalField(decimal_places=3, default=0, max_digits=6, verbose_name="tax rate in percent"),
                ),
                (
                    "bill_to",
                    models.TextField(help_text="As it was when the invoice was issued.", verbose_name="bill to"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("paid_at", models.DateTimeField(blank=True, null=True, verbose_name="paid")),
                ("payment_reference", models.CharField(blank=True, max_length=120, verbose_name="payment reference")),
                ("void_at", models.DateTimeField(blank=True, null=True, verbose_name="void")),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("charge", "Charge"),
                            ("credit", "Credit"),
                            ("coupon", "Coupon"),
                            ("coupon_back", "Coupon on what is returned"),
                            ("tax", "Tax"),
                            ("credit_used", "Credit used"),
                            ("credit_kept", "Credit kept for later invoices"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("description", models.CharField(max_length=200, verbose_name="description")),
                ("quantity", models.IntegerField(blank=True, null=True, verbose_name="quantity")),
                ("unit_amount", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="price a month")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "order line",
                "verbose_name_plural": "order lines",
            },
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Z]{3}\\Z", "Use a currency code of three capital letters, such as USD."
                            )
                        ],
                        verbose_name="currency",
                    ),
                ),
                (
                    "billing_period",
                    models.CharField(
                        choices=[
                            ("monthly", "Monthly"),
                            ("yearly", "Yearly"),
                            ("2_years", "Every two years"),
                            ("3_years", "Every three years"),
                        ],
                        max_length=8,
                        verbose_name="billing period",
                    ),
                ),
                (
                    "monthly_amount",
                    models.PositiveBigIntegerField(
                        help_text="In minor units, such as cents. The bill of a longer period multiplies it.",
                        verbose_name="amount a month",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "price",
                "verbose_name_plural": "prices",
            },
        ),
        migrations.AddField(
            model_name="license",
            name="comp_quantity",
            field=models.PositiveIntegerField(
                default=0,
                help_text="How many of them are given. On Pro, 1 makes it free of charge.",
                verbose_name="free of charge",
            ),
        ),
        migrations.AddField(
            model_name="license",
            name="suspended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="suspended"),
        ),
        migrations.AddField(
            model_name="license",
            name="suspended_for",
            field=models.CharField(
                blank=True,
                choices=[("trial_over", "the trial is over"), ("support", "support suspended it")],
                max_length=12,
                verbose_name="suspended for",
            ),
        ),
        migrations.AddField(
            model_name="license",
            name="term_amount",
            field=models.PositiveBigIntegerField(
                default=0,
                editable=False,
                help_text="What the current term would cost in whole, before coupons and tax, in minor units.",
                verbose_name="list price of the term",
            ),
        ),
        migrations.AddField(
            model_name="license",
            name="trial_ends_on",
            field=models.DateField(
                blank=True,
                help_text="Until then nothing is charged; then it rests.",
                null=True,
                verbose_name="trial ends on",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="anchor_day",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="The day it renews on in months that are long enough. Empty: that of the renewal date.",
                null=True,
                verbose_name="day of the month",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="grace_ends_on",
            field=models.DateField(
                blank=True,
                help_text="Set while an invoice is overdue: the day it lapses.",
                null=True,
                verbose_name="grace ends on",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="term_starts_on",
            field=models.DateField(default=django.utils.timezone.localdate, verbose_name="term started on"),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="billing_period",
            field=models.CharField(
                choices=[
                    ("monthly", "Monthly"),
                    ("yearly", "Yearly"),
                    ("2_years", "Every two years"),
                    ("3_years", "Every three years"),
                ],
                default="monthly",
                max_length=8,
                verbose_name="billing period",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("lapsed_at__isnull", True)),
                fields=["renews_on"],
                name="licensing_subscription_renews",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__isnull", True), ("comp_quantity__lte", models.F("quantity")), _connector="OR"
                ),
                name="licensing_license_comp",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("suspended_at__isnull", True), ("suspended_for", "")),
                    models.Q(("suspended_at__isnull", False), models.Q(("suspended_for", ""), _negated=True)),
                    _connector="OR",
                ),
                name="licensing_license_suspended_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("term_starts_on__lt", models.F("renews_on"))),
                name="licensing_subscription_term",
                violation_error_message="The renewal date must come after the day the term started on.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("anchor_day__isnull", True), ("anchor_day__range", (1, 31)), _connector="OR"),
                name="licensing_subscription_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax_percent__range", (0, 100))), name="licensing_account_tax_rate"
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Upper("code"), name="licensing_coupon_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__isnull", True), ("currency", ""), ("percent__range", (1, 100))),
                    models.Q(("amount__gt", 0), ("percent__isnull", True), models.Q(("currency", ""), _negated=True)),
                    _connector="OR",
                ),
                name="licensing_coupon_percent_or_amount",
                violation_error_message="Give either a percentage from 1 to 100, or an amount with its currency.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_uses__isnull", True), ("uses__lte", models.F("max_uses")), _connector="OR"),
                name="licensing_coupon_uses",
                violation_error_message="It has been used more often than that.",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenancy.organization",
                verbose_name="organization",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="coupon",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="licensing.coupon",
                verbose_name="coupon",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="ordered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ordered by",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="tenancy.organization",
                verbose_name="organization",
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="add_on",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="licensing.addon",
                verbose_name="add-on",
            ),
        ),
        migrations.AddField(
            model_name="orderline",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="licensing.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="price",
            name="offer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="prices",
                to="licensing.planaddon",
                verbose_name="offer",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", True)), fields=["id"], name="licensing_notice_unsent"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("organization", "user", "kind", "about"), name="licensing_notice_once"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["organization", "-id"], name="licensing_order_by_org"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("paid_at__isnull", True), ("void_at__isnull", True)),
                fields=["due_on"],
                name="licensing_order_owed",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("organization", "token"), name="licensing_order_token"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "renewal")),
                fields=("organization", "term_starts_on"),
                name="licensing_order_one_renewal",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("coupon__isnull", False)),
                fields=("organization", "coupon"),
                name="licensing_order_coupon_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_at__isnull", True), ("void_at__isnull", True), _connector="OR"),
                name="licensing_order_paid_or_void",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(fields=("order", "position"), name="licensing_line_position"),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.UniqueConstraint(
                fields=("offer", "currency", "billing_period", "valid_from"), name="licensing_price_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(("billing_period__in", ["monthly", "yearly", "2_years", "3_years"])),
                name="licensing_price_period_known",
            ),
        ),
    ]
