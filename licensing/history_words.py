"""What an audit row about plans, licenses and a store's end says, in a sentence."""

from typing import Any

from django.utils.translation import gettext as _

from backoffice.tenancy.models import AuditEntry
from licensing.models import BillingPeriod, PlanLevel


def in_words(entry: AuditEntry) -> str:
    """Empty for an action that is another app's."""
    changes: dict[str, Any] = entry.changes
    if entry.action == "subscription.changed":
        return _plan(changes)
    if entry.action == "license.quantity_set":
        return _("Licenses: from %(before)s to %(after)s") % _both(changes.get("quantity"), _quantity)
    fixed = {
        "license.assigned": _("License assigned to the store"),
        "license.unassigned": _("License taken from the store"),
        "license.suspended": _("License suspended"),
        "license.resumed": _("License resumed"),
        "license.given": _("Free of charge: from %(before)s to %(after)s")
        % _both(changes.get("comp_quantity"), _quantity),
        "license.trial_started": _("Trial until %(date)s") % {"date": changes.get("trial_ends_on", "")},
        "subscription.lapsed": _("Subscription lapsed"),
        "subscription.renewed": _("Subscription renewed"),
        "subscription.unpriced": _("Due for renewal without a price: it goes on until support sets one"),
        "subscription.grace_started": _("Invoice overdue: grace started"),
        "subscription.grace_ended": _("Nothing overdue any more"),
        "order.created": _("Order %(order)s") % {"order": entry.target_label},
        "order.paid": _("Order %(order)s paid") % {"order": entry.target_label},
        "order.voided": _("Order %(order)s made void") % {"order": entry.target_label},
        "billing.credit_granted": _("Credit granted"),
        "store.closed": _("Store closed"),
        "store.ended": _("Store ended for good"),
        "store.reopened": _("Store opened again"),
    }
    return fixed.get(entry.action, "")


def _plan(changes: dict[str, Any]) -> str:
    said = []
    if "level" in changes:
        said.append(_("Plan: from %(before)s to %(after)s") % _both(changes["level"], _level))
    if "billing_period" in changes:
        said.append(_("Billing period: from %(before)s to %(after)s") % _both(changes["billing_period"], _period))
    return "; ".join(said) or _("Renewal date changed")


def _both(change: Any, say: Any) -> dict[str, str]:
    before, after = change if isinstance(change, list) and len(change) == 2 else (None, change)
    return {"before": say(before), "after": say(after)}


def _quantity(value: Any) -> str:
    return _("any number") if value is None else str(value)


def _level(value: Any) -> str:
    return str(PlanLevel(value).label) if value in PlanLevel.values else _("none")


def _period(value: Any) -> str:
    return str(BillingPeriod(value).label) if value in BillingPeriod.values else _("none")
