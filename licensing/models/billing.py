"""Billing: whom an organization's invoices are made out to, the orders with their lines, and the mails about them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import Organization
from backoffice.tenancy.models.organization import CURRENCY
from licensing.models.coupon import Coupon
from licensing.models.plan import AddOn


class BillingAccount(models.Model):
    """Currency, address, tax rate and credit of an organization; an organization without one is billed in US dollars, untaxed."""

    organization = models.OneToOneField(
        Organization, models.PROTECT, primary_key=True, related_name="billing_account", verbose_name=_("organization")
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD", validators=[CURRENCY])
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    address = models.TextField(_("address"), blank=True, max_length=500)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    tax_name = models.CharField(_("tax"), max_length=40, blank=True, help_text=_("As invoices call it, such as VAT."))
    tax_percent = models.DecimalField(_("tax rate in percent"), max_digits=6, decimal_places=3, default=0)
    credit = models.PositiveBigIntegerField(
        _("credit"), default=0, help_text=_("In minor units: what the next invoices are reduced by.")
    )

    class Meta:
        verbose_name = _("billing account")
        verbose_name_plural = _("billing accounts")
        constraints = [
            models.CheckConstraint(condition=Q(tax_percent__range=(0, 100)), name="licensing_account_tax_rate"),
        ]

    def __str__(self) -> str:
        return self.legal_name or str(self.organization)


class OrderQuerySet(models.QuerySet["Order"]):
    def owed(self) -> "OrderQuerySet":
        return self.filter(paid_at__isnull=True, void_at__isnull=True)


class Order(models.Model):
    """One purchase, change or renewal, which is its own invoice; amounts are minor units of `currency`.

    `token` is the key of the form it was confirmed with: the same form makes one order however often it is sent. Number, lines and amounts
    never change; payment by invoice is noted by support.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", _("Change of plan or add-ons")
        RENEWAL = "renewal", _("Renewal")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="orders", verbose_name=_("organization")
    )
    number = models.PositiveBigIntegerField(_("number"), unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    token = models.UUIDField(_("idempotency token"), default=uuid.uuid4, editable=False)
    term_starts_on = models.DateField(_("from"))
    term_ends_on = models.DateField(_("until"))
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"))
    currency = models.CharField(_("currency"), max_length=3)
    total = models.PositiveBigIntegerField(_("total"))
    tax = models.BigIntegerField(_("tax"), default=0)
    tax_name = models.CharField(_("tax"), max_length=40, blank=True)
    tax_percent = models.DecimalField(_("tax rate in percent"), max_digits=6, decimal_places=3, default=0)
    bill_to = models.TextField(_("bill to"), help_text=_("As it was when the invoice was issued."))
    coupon = models.ForeignKey(
        Coupon, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("coupon")
    )
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ordered by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    payment_reference = models.CharField(_("payment reference"), max_length=120, blank=True)
    void_at = models.DateTimeField(_("void"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["organization", "token"], name="licensing_order_token"),
            models.UniqueConstraint(
                fields=["organization", "term_starts_on"],
                condition=Q(kind="renewal"),
                name="licensing_order_one_renewal",
            ),
            models.UniqueConstraint(
                fields=["organization", "coupon"],
                condition=Q(coupon__isnull=False, void_at__isnull=True),
                name="licensing_order_coupon_once",
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True) | Q(void_at__isnull=True), name="licensing_order_paid_or_void"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="licensing_order_by_org"),
            models.Index(
                fields=["due_on"],
                condition=Q(paid_at__isnull=True, void_at__isnull=True),
                name="licensing_order_owed",
            ),
        ]

    def __str__(self) -> str:
        return self.invoice_number

    @property
    def invoice_number(self) -> str:
        return f"INV-{self.number:06}"

    @property
    def state(self) -> str:
        """One of `void`, `paid`, `open`."""
        if self.void_at:
            return "void"
        return "paid" if self.paid_at else "open"


class OrderLine(models.Model):
    """One line of an order; the lines of an order sum to its total."""

    class Kind(models.TextChoices):
        CHARGE = "charge", _("Charge")
        CREDIT = "credit", _("Credit")
        COUPON = "coupon", _("Coupon")
        COUPON_BACK = "coupon_back", _("Coupon on what is returned")
        TAX = "tax", _("Tax")
        CREDIT_USED = "credit_used", _("Credit used")
        CREDIT_KEPT = "credit_kept", _("Credit kept for later invoices")

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", verbose_name=_("order"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    add_on = models.ForeignKey(AddOn, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("add-on"))
    description = models.CharField(_("description"), max_length=200)
    quantity = models.IntegerField(_("quantity"), null=True, blank=True)
    unit_amount = models.PositiveBigIntegerField(_("price a month"), null=True, blank=True)
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="licensing_line_position")]

    def __str__(self) -> str:
        return self.description


class InvoiceCounter(models.Model):
    """The last invoice number given out: one row, locked while an order is written, so that numbers have no gaps."""

    last = models.PositiveBigIntegerField(default=0)


class Notice(models.Model):
    """One mail to one person, or to support, about one thing, which the database allows once; from `sent_at` on it is in the outbox."""

    class Kind(models.TextChoices):
        RENEWED = "renewed", _("Renewed")
        GRACE = "grace", _("Overdue")
        LAPSED = "lapsed", _("Lapsed")
        TRIAL_OVER = "trial_over", _("Trial over")
        UNPRICED = "unpriced", _("Renewal without a price")

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("organization"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("to"),
        help_text=_("Empty: to support."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    about = models.CharField(_("about"), max_length=40)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "kind", "about"], nulls_distinct=False, name="licensing_notice_once"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(sent_at__isnull=True), name="licensing_notice_unsent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.user or _('support')}"
