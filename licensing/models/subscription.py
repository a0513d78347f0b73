"""What an organization has: its subscription, its licenses, and the stores they are assigned to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import Organization, Store
from licensing.models.plan import AddOn, PlanLevel


class Subscription(models.Model):
    """An organization's plan level, billing period and renewal date."""

    class BillingPeriod(models.TextChoices):
        MONTHLY = "monthly", _("Monthly")
        YEARLY = "yearly", _("Yearly")

    organization = models.OneToOneField(
        Organization, models.PROTECT, primary_key=True, related_name="subscription", verbose_name=_("organization")
    )
    level = models.CharField(_("plan level"), max_length=12, choices=PlanLevel.choices, default=PlanLevel.STARTER)
    billing_period = models.CharField(
        _("billing period"), max_length=8, choices=BillingPeriod.choices, default=BillingPeriod.MONTHLY
    )
    renews_on = models.DateField(_("renews on"))
    lapsed_at = models.DateTimeField(
        _("lapsed"), null=True, blank=True, help_text=_("Set when it ended unpaid; licenses rest.")
    )

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(condition=Q(level__in=PlanLevel.values), name="licensing_subscription_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.get_level_display()}"


class License(models.Model):
    """The quantity of one add-on an organization bought, its Max Stores; null means any number of stores (Pro).

    `assigned` is the number of assignments, kept by a trigger and by nothing else: `CHECK (assigned <= quantity)` then refuses one
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

    class Meta:
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        constraints = [
            models.UniqueConstraint(fields=["organization", "add_on"], name="licensing_license_once"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(assigned__lte=F("quantity")), name="licensing_license_seats"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.add_on}: {self.organization}"


class Assignment(models.Model):
    """One license seat on one store."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    license = models.ForeignKey(License, models.PROTECT, related_name="assignments", verbose_name=_("license"))
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
