"""What the vendor sells: plan levels, billing periods, add-ons, and which level offers which add-on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

INTEGRATION_HUB = "integration_hub"


class PlanLevel(models.TextChoices):
    STARTER = "starter", _("Starter")
    PRO = "pro", _("Pro")
    ENTERPRISE = "enterprise", _("Enterprise")

    @property
    def retention_days(self) -> int:
        """How long order events, deliveries and attempts are kept."""
        return 90 if self is PlanLevel.ENTERPRISE else 30


class BillingPeriod(models.TextChoices):
    MONTHLY = "monthly", _("Monthly")
    YEARLY = "yearly", _("Yearly")
    TWO_YEARS = "2_years", _("Every two years")
    THREE_YEARS = "3_years", _("Every three years")

    @property
    def months(self) -> int:
        return {"monthly": 1, "yearly": 12, "2_years": 24, "3_years": 36}[self.value]


class AddOn(models.Model):
    """Something a plan can add, priced per store and month; the Integration Hub is one."""

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("add-on")
        verbose_name_plural = _("add-ons")

    def __str__(self) -> str:
        return self.name


class PlanAddOn(models.Model):
    """An add-on that a plan level offers; what it costs is in its dated prices."""

    level = models.CharField(_("plan level"), max_length=12, choices=PlanLevel)
    add_on = models.ForeignKey(AddOn, models.PROTECT, related_name="offers", verbose_name=_("add-on"))
    counts_stores = models.BooleanField(
        _("sold by number of stores"),
        default=True,
        help_text=_("Set: a quantity is bought and is the Max Stores. Unset: subscribed once, for any store."),
    )

    class Meta:
        verbose_name = _("plan's add-on")
        verbose_name_plural = _("plans' add-ons")
        constraints = [
            models.UniqueConstraint(fields=["level", "add_on"], name="licensing_offer_once_a_level"),
            models.CheckConstraint(condition=models.Q(level__in=PlanLevel.values), name="licensing_offer_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.add_on} ({self.get_level_display()})"
