"""What a change does besides costing money, said plainly before it is confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.tenancy.models import Store
from licensing.models import PlanLevel
from licensing.quotes import Quote, Wish, given, wanted
from licensing.standing import HUB_LEVELS, Standing, seated_stores

#: So many stores are named; the rest are counted.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Consequence:
    """One sentence; `warns` where something stops or is lost."""

    text: str
    warns: bool = False


def consequences(standing: Standing, now: Quote) -> list[Consequence]:
    """In the order they matter: what stops, what comes back, what is counted differently, when it is billed."""
    wish = now.wish
    found = [*_stores(standing, wish), *_retention(standing, wish), *_counting(standing, wish)]
    gift = standing.license.comp_quantity if standing.license else 0
    if wish.level != PlanLevel.STARTER and given(standing, wish) < gift:
        text = _("What you had free of charge (%(count)d) belongs to the other level and ends with it.")
        found.append(Consequence(text % {"count": gift}, warns=True))
    if standing.on_trial and wanted(wish):
        found.append(Consequence(_("Your trial ends when you confirm; what you buy is billed from today.")))
    if wish.level in HUB_LEVELS and now.term != standing.term:
        when = {"period": wish.billing_period.label, "date": date_format(now.term.ends_on, "DATE_FORMAT")}
        found.append(Consequence(_("A new term starts today (%(period)s). It renews on %(date)s.") % when))
    return found


def names(stores: Sequence[Store], total: int) -> str:
    """The first stores by name, and how many more there are."""
    listed = ", ".join(store.name for store in stores)
    more = total - len(stores)
    if more <= 0:
        return listed
    return ngettext("%(stores)s and %(count)d more", "%(stores)s and %(count)d more", more) % {
        "stores": listed,
        "count": more,
    }


def _stores(standing: Standing, wish: Wish) -> list[Consequence]:
    license = standing.license
    after = wanted(wish) and (license is None or license.suspended_for != "support")
    if license is None or not license.assigned or standing.live == after:
        return []
    words = {
        "count": license.assigned,
        "stores": names(list(seated_stores(standing).order_by("name", "pk")[:NAMED]), license.assigned),
    }
    if standing.live:
        text = ngettext(
            "The Integration Hub of %(count)d store is suspended at once: %(stores)s.",
            "The Integration Hub of %(count)d stores is suspended at once: %(stores)s.",
            license.assigned,
        )
        days = wish.level.retention_days
        kept = ngettext(
            "Integrations stop, keys are refused, and webhooks wait for up to %(days)d day. All configuration is kept, and "
            "comes back when you upgrade again.",
            "Integrations stop, keys are refused, and webhooks wait for up to %(days)d days. All configuration is kept, and "
            "comes back when you upgrade again.",
            days,
        ) % {"days": days}
        return [Consequence(f"{text % words} {kept}", warns=True)]
    text = ngettext(
        "The Integration Hub of %(count)d store comes back at once: %(stores)s.",
        "The Integration Hub of %(count)d stores comes back at once: %(stores)s.",
        license.assigned,
    )
    return [Consequence(text % words)]


def _retention(standing: Standing, wish: Wish) -> list[Consequence]:
    before, after = standing.plan.retention_days, wish.level.retention_days
    if standing.plan not in HUB_LEVELS or before == after:
        return []
    if after < before:
        return [
            Consequence(
                _(
                    "Orders and deliveries are kept for %(after)d days instead of %(before)d: what is older, also what "
                    "still waits in suspended stores, is deleted within a day of confirming."
                )
                % {"after": after, "before": before},
                warns=True,
            )
        ]
    return [
        Consequence(
            _("Orders and deliveries are kept for %(after)d days instead of %(before)d.")
            % {"after": after, "before": before}
        )
    ]


def _counting(standing: Standing, wish: Wish) -> list[Consequence]:
    before = standing.license.quantity if standing.license else 0
    if wish.level == PlanLevel.STARTER or before == wish.quantity:
        return []
    if wish.quantity is None:
        return [Consequence(_("Any store can be switched on: there is no Max Stores on the Pro level."))]
    if wish.level == PlanLevel.PRO:
        return []
    if before is None:
        return [Consequence(_("Max Stores becomes %(after)d.") % {"after": wish.quantity})]
    return [
        Consequence(_("Max Stores goes from %(before)d to %(after)d.") % {"before": before, "after": wish.quantity})
    ]
