"""What someone wants to buy, as the form of a plan level's page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from licensing.models import BillingPeriod, PlanLevel, Price
from licensing.quotes import Wish
from licensing.standing import HUB_LEVELS, Standing

MAX_QUANTITY = 10_000


class WishForm(forms.Form):
    """Quantity (Enterprise) or subscribed at all (Pro), billing period and coupon. `wish` is what was asked, once it is valid."""

    quantity = forms.IntegerField(label=_("Integration Hub"), min_value=0, max_value=MAX_QUANTITY)
    hub = forms.BooleanField(label=_("Integration Hub for every store"), required=False)
    billing_period = forms.ChoiceField(label=_("Billing period"), widget=forms.RadioSelect)
    coupon = forms.CharField(label=_("Coupon"), max_length=40, required=False)

    def __init__(self, *args: Any, standing: Standing, level: PlanLevel, prices: list[Price], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing, self.level, self.prices = standing, level, prices
        if level != PlanLevel.ENTERPRISE:
            del self.fields["quantity"]
        if level != PlanLevel.PRO:
            del self.fields["hub"]
        if level not in HUB_LEVELS:
            del self.fields["coupon"]
            del self.fields["billing_period"]
            return
        sold = {price.billing_period for price in prices}
        periods = self.fields["billing_period"]
        if isinstance(periods, forms.ChoiceField):
            periods.choices = [(period.value, period.label) for period in BillingPeriod if period.value in sold]

    def first_values(self) -> dict[str, Any]:
        """What the form holds before anyone changed it: what there is, and at least a seat for every store that has one."""
        license = self.standing.license
        quantity = license.quantity if license else 0
        values: dict[str, Any] = {"billing_period": self.standing.subscription.billing_period, "coupon": ""}
        if self.level == PlanLevel.ENTERPRISE:
            fewest = license.assigned if license else 0
            values["quantity"] = max(quantity or 0, fewest)
        if self.level == PlanLevel.PRO:
            values["hub"] = self.standing.plan != PlanLevel.PRO or quantity != 0
        return {name: value for name, value in values.items() if name in self.fields}

    @property
    def wish(self) -> Wish:
        given = self.cleaned_data
        if self.level == PlanLevel.STARTER:
            return Wish(self.level, BillingPeriod(self.standing.subscription.billing_period), 0)
        quantity = given.get("quantity") if self.level == PlanLevel.ENTERPRISE else (None if given.get("hub") else 0)
        return Wish(
            level=self.level,
            billing_period=BillingPeriod(given["billing_period"]),
            quantity=quantity,
            coupon_code=given["coupon"].strip().upper(),
        )
