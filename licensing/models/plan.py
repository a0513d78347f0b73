"""What the vendor sells: plans, add-ons, and which plan can have which add-on at what price."""

from django.db import models
from django.utils.translation import gettext_lazy as _

INTEGRATION_HUB = "integration_hub"


class PlanLevel(models.TextChoices):
    STARTER = "starter", _("Starter")
    PRO = "pro", _("Pro")
    ENTERPRISE = "enterprise", _("Enterprise")


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
    """An add-on that a plan level offers, with its price per store and month in minor units of `currency`."""

    level = models.CharField(_("plan level"), max_length=12, choices=PlanLevel)
    add_on = models.ForeignKey(AddOn, models.PROTECT, related_name="offers", verbose_name=_("add-on"))
    monthly_price = models.PositiveIntegerField(
        _("price per store and month"), help_text=_("In minor units, such as cents.")
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    counts_stores = models.BooleanField(
        _("sold by number of stores"),
        default=True,
        help_text=_("Set: a quantity is bought and is the Max Stores. Unset: subscribed once, for any store."),
    )

    class Meta:
        verbose_name = _("plan's add-on")
        verbose_name_plural = _("plans' add-ons")
        constraints = [
            models.UniqueConstraint(fields=["level", "add_on", "currency"], name="licensing_offer_once"),
            models.CheckConstraint(condition=models.Q(level__in=PlanLevel.values), name="licensing_offer_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.add_on} ({self.get_level_display()})"
