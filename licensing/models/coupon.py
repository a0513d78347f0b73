"""Coupons: a percentage or an amount off one order."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.models.organization import CURRENCY


class CouponQuerySet(models.QuerySet["Coupon"]):
    def usable(self, code: str, *, on: date) -> "CouponQuerySet":
        """The coupon of that code, whatever its case, where its days have begun, are not over and uses are left."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
            Q(max_uses__isnull=True) | Q(uses__lt=F("max_uses")),
            code__iexact=code,
            valid_from__lte=on,
        )


class Coupon(models.Model):
    """Takes `percent` of the charges, or `amount` minor units of `currency`, off one order of each organization that enters its code."""

    code = models.CharField(_("code"), max_length=40)
    percent = models.PositiveSmallIntegerField(_("percentage"), null=True, blank=True)
    amount = models.PositiveBigIntegerField(_("amount"), null=True, blank=True, help_text=_("In minor units."))
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[CURRENCY])
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("Its last day."))
    max_uses = models.PositiveIntegerField(_("may be used"), null=True, blank=True, help_text=_("Empty: any number."))
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)

    objects = CouponQuerySet.as_manager()

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.UniqueConstraint(Upper("code"), name="licensing_coupon_code"),
            models.CheckConstraint(
                condition=Q(percent__range=(1, 100), amount__isnull=True, currency="")
                | (Q(percent__isnull=True, amount__gt=0) & ~Q(currency="")),
                name="licensing_coupon_percent_or_amount",
                violation_error_message=_("Give either a percentage from 1 to 100, or an amount with its currency."),
            ),
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")),
                name="licensing_coupon_uses",
                violation_error_message=_("It has been used more often than that."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
