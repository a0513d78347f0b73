"""The plan levels as a customer compares them: what each costs today and what it includes."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing.models import INTEGRATION_HUB, PlanLevel, Price
from licensing.standing import HUB_LEVELS


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing a level includes, or does not."""

    text: str
    included: bool = True


@dataclass(frozen=True, slots=True)
class Level:
    """One column of the comparison; `prices` the shortest billing period first, none where there is no hub to buy."""

    level: PlanLevel
    summary: str
    features: list[Feature]
    prices: list[Price]

    @property
    def monthly(self) -> Price | None:
        return self.prices[0] if self.prices else None


def prices_today(currency: str) -> dict[PlanLevel, list[Price]]:
    """What the hub costs at each level in this currency, the shortest billing period first."""
    found = (
        Price.objects.in_force(timezone.localdate())
        .filter(offer__add_on=INTEGRATION_HUB, currency=currency)
        .select_related("offer")
    )
    prices: dict[PlanLevel, list[Price]] = {level: [] for level in PlanLevel}
    for price in sorted(found, key=lambda price: price.months):
        prices[PlanLevel(price.offer.level)].append(price)
    return prices


def compare(currency: str) -> list[Level]:
    prices = prices_today(currency)
    return [Level(level, _summary(level), _features(level), prices[level]) for level in PlanLevel]


def _summary(level: PlanLevel) -> str:
    return {
        PlanLevel.STARTER: _("The back office, without the Integration Hub."),
        PlanLevel.PRO: _("The Integration Hub, subscribed once and switched on store by store."),
        PlanLevel.ENTERPRISE: _("As many licenses of the Integration Hub as you need, moved freely between stores."),
    }[level]


def _features(level: PlanLevel) -> list[Feature]:
    hub = level in HUB_LEVELS
    days = level.retention_days
    features = [
        Feature(_("Third-party integrations"), hub),
        Feature(_("Developer API key"), hub),
        Feature(_("Order webhooks, signed and retried"), hub),
        Feature(
            ngettext(
                "Orders and deliveries kept for %(days)d day", "Orders and deliveries kept for %(days)d days", days
            )
            % {"days": days},
            hub,
        ),
    ]
    if level == PlanLevel.PRO:
        features.append(Feature(_("One switch a store, any number of stores")))
    if level == PlanLevel.ENTERPRISE:
        features.append(Feature(_("Licenses by the number: pay only for the stores that use it")))
        features.append(Feature(_("Assigned in bulk, by group or from a spreadsheet")))
    return features
