"""What an organization has: its subscription, its licenses, and the stores they are assigned to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import Organization, Store
from licensing.models.plan import AddOn, BillingPeriod, PlanLevel


class Subscription(models.Model):
    """An organization's plan level, billing period and current term, which lasts until the renewal date."""

    BillingPeriod = BillingPeriod

    organization = models.OneToOneField(
        Organization, models.PROTECT, primary_key=True, related_name="subscription", verbose_name=_("organization")
    )
    level = models.CharField(_("plan level"), max_length=12, choices=PlanLevel.choices, default=PlanLevel.STARTER)
    billing_period = models.CharField(
        _("billing period"), max_length=8, choices=BillingPeriod.choices, default=BillingPeriod.MONTHLY
    )
    term_starts_on = models.DateField(_("term started on"), default=timezone.localdate)
    renews_on = models.DateField(_("renews on"))
    anchor_day = models.PositiveSmallIntegerField(
        _("day of the month"),
        null=True,
        blank=True,
        help_text=_("The day it renews on in months that are long enough. Empty: that of the renewal date."),
    )
    grace_ends_on = models.DateField(
        _("grace ends on"), null=True, blank=True, help_text=_("Set while an invoice is overdue: the day it lapses.")
    )
    lapsed_at = models.DateTimeField(
        _("lapsed"), null=True, blank=True, help_text=_("Set when it ended unpaid; licenses rest.")
    )
    first_order = models.ForeignKey(
        "licensing.Order",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("first order of the term"),
        help_text=_("From it on orders are for the current term, whatever days the term has been moved to since."),
    )
    unpriced_since = models.DateField(
        _("no price since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "Set while it is due for renewal and nothing says what that costs: it goes on until a price is added."
        ),
    )

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(condition=Q(level__in=PlanLevel.values), name="licensing_subscription_level_known"),
            models.CheckConstraint(
                condition=Q(term_starts_on__lt=F("renews_on")),
                name="licensing_subscription_term",
                violation_error_message=_("The renewal date must come after the day the term started on."),
            ),
            models.CheckConstraint(
                condition=Q(anchor_day__isnull=True) | Q(anchor_day__range=(1, 31)), name="licensing_subscription_day"
            ),
        ]
        indexes = [
            models.Index(
                fields=["renews_on"], condition=Q(lapsed_at__isnull=True), name="licensing_subscription_renews"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.get_level_display()}"

    @property
    def plan(self) -> PlanLevel:
        return PlanLevel(self.level)

    @property
    def months(self) -> int:
        return BillingPeriod(self.billing_period).months


class SuspendedFor(models.TextChoices):
    TRIAL_OVER = "trial_over", _("the trial is over")
    SUPPORT = "support", _("support suspended it")


class License(models.Model):
    """The quantity of one add-on an organization bought, its Max Stores; null means any number of stores (Pro).

    While `suspended_at` is set its stores have no hub, though they keep their seats. `term_amount` is what a change within the term is
    prorated from. `assigned` is the number of assignments, kept by a trigger and by nothing else: `CHECK (assigned <= quantity)` then refuses one
    assignment too many from whatever connection it comes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="licenses", verbose_name=_("organization")
    )
    add_on = models.ForeignKey(AddOn, models.PROTECT, related_name="licenses", verbose_name=_("add-on"))
    quantity = models.PositiveIntegerField(
        _("quantity"), null=True, blank=True, help_text=_("Max Stores. Empty: any number of stores (Pro level).")
    )
    assigned = models.PositiveIntegerField(_("assigned"), default=0, editable=False)
    comp_quantity = models.PositiveIntegerField(
        _("free of charge"), default=0, help_text=_("How many of them are given. On Pro, 1 makes it free of charge.")
    )
    trial_ends_on = models.DateField(
        _("trial ends on"), null=True, blank=True, help_text=_("Until then nothing is charged; then it rests.")
    )
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    suspended_for = models.CharField(_("suspended for"), max_length=12, choices=SuspendedFor, blank=True)
    term_amount = models.PositiveBigIntegerField(
        _("list price of the term"),
        default=0,
        editable=False,
        help_text=_("What the current term would cost in whole, before coupons and tax, in minor units."),
    )

    class Meta:
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        constraints = [
            models.UniqueConstraint(fields=["organization", "add_on"], name="licensing_license_once"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(assigned__lte=F("quantity")), name="licensing_license_seats"
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(comp_quantity__lte=F("quantity")), name="licensing_license_comp"
            ),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True, suspended_for="")
                | (Q(suspended_at__isnull=False) & ~Q(suspended_for="")),
                name="licensing_license_suspended_for",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.add_on}: {self.organization}"


class Assignment(models.Model):
    """One license seat on one store."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Its own index would be half of the unique one below, and a planner without fresh figures would choose it.
    license = models.ForeignKey(
        License, models.PROTECT, related_name="assignments", db_index=False, verbose_name=_("license")
    )
    store = models.ForeignKey(Store, models.PROTECT, related_name="license_assignments", verbose_name=_("store"))
    assigned_at = models.DateTimeField(_("assigned at"), auto_now_add=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assigned by")
    )

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [models.UniqueConstraint(fields=["license", "store"], name="licensing_assignment_once")]

    def __str__(self) -> str:
        return f"{self.license} on {self.store}"
