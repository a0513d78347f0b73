"""What an offer costs and since when: rows are added and never edited, so that every old invoice can be explained."""

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.models.organization import CURRENCY
from backoffice.web.money import format_money
from licensing.models.plan import BillingPeriod, PlanAddOn


class PriceQuerySet(models.QuerySet["Price"]):
    def in_force(self, on: date) -> "PriceQuerySet":
        """For each offer, currency and billing period the last price that had begun by that day."""
        return (
            self.filter(valid_from__lte=on)
            .order_by("offer_id", "currency", "billing_period", "-valid_from")
            .distinct("offer_id", "currency", "billing_period")
        )


class Price(models.Model):
    """The amount per month, in minor units: for each store where the offer counts stores, else for all of them together.

    It holds from its first day until the first day of the next one, so two can never overlap: the database allows one a day. A trigger
    refuses edits, and removal once it has begun.
    """

    offer = models.ForeignKey(PlanAddOn, models.PROTECT, related_name="prices", verbose_name=_("offer"))
    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY])
    billing_period = models.CharField(_("billing period"), max_length=8, choices=BillingPeriod.choices)
    monthly_amount = models.PositiveBigIntegerField(
        _("amount a month"), help_text=_("In minor units, such as cents. The bill of a longer period multiplies it.")
    )
    valid_from = models.DateField(_("valid from"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "currency", "billing_period", "valid_from"], name="licensing_price_once_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(billing_period__in=BillingPeriod.values), name="licensing_price_period_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer}: {format_money(self.monthly_amount, self.currency)}"

    @property
    def months(self) -> int:
        return BillingPeriod(self.billing_period).months

    @property
    def has_begun(self) -> bool:
        return self.valid_from <= timezone.localdate()
