"""The lines of a quote or an order in words."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing.bill import Bill
from licensing.models import OrderLine
from licensing.proration import Term
from licensing.standing import Standing


@dataclass(frozen=True, slots=True)
class Line:
    """One line in words; see OrderLine."""

    kind: OrderLine.Kind
    description: str
    amount: int
    quantity: int | None = None
    unit_amount: int | None = None


def closing_lines(standing: Standing, bill: Bill) -> tuple[Line, ...]:
    """Tax and kept credit, which end every order."""
    kinds = OrderLine.Kind
    lines = []
    if bill.tax:
        rate = {
            "tax": standing.account.tax_name or _("Tax"),
            "percent": f"{standing.account.tax_percent.normalize():f}",
        }
        lines.append(Line(kinds.TAX, _("%(tax)s, %(percent)s %%") % rate, bill.tax))
    if bill.credit_used:
        lines.append(Line(kinds.CREDIT_USED, _("Credit from before"), bill.credit_used))
    if bill.credit_kept:
        lines.append(Line(kinds.CREDIT_KEPT, _("Kept as credit for your next invoices"), bill.credit_kept))
    return tuple(lines)


def seats_in_words(quantity: int | None) -> str:
    """The hub with how many of it, as lines name it."""
    if quantity is None:
        return _("Integration Hub, any number of stores")
    return ngettext("Integration Hub, %(count)d store", "Integration Hub, %(count)d stores", quantity) % {
        "count": quantity
    }


def span_in_words(term: Term, on: date) -> str:
    """The days that are charged, and how many of the term they are."""
    days = {
        "first": date_format(max(on, term.starts_on), "DATE_FORMAT"),
        "end": date_format(term.ends_on, "DATE_FORMAT"),
        "left": term.days_left(on),
        "days": term.days,
    }
    if term.days_left(on) == term.days:
        return _("%(first)s to %(end)s") % days
    return _("%(first)s to %(end)s, %(left)d of %(days)d days") % days
