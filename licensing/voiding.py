"""Making an invoice void: what it bought is said before, and left, taken back or put to rest with it, as support chooses."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.accounts.models import User
from backoffice.tenancy.models import Store
from licensing.actions import set_quantity, still_assigned
from licensing.lifecycle import suspend_license
from licensing.models import License, Order, OrderLine
from licensing.orders import void
from licensing.standing import Standing, locked_standing, standing_of


class Afterwards(models.TextChoices):
    """What becomes of what a void invoice bought."""

    KEEP = "keep", gettext_lazy("Leave it as it is: free of charge until the term ends, then billed again")
    TAKE_BACK = "take_back", gettext_lazy("Take back the licenses it bought")
    SUSPEND = "suspend", gettext_lazy("Let the hub rest in every store until support resumes it")


@dataclass(frozen=True, slots=True)
class Bought:
    """What an open invoice bought that is still there. `licenses` is None where it was the hub for any number of stores.

    `blocking` are the stores to free before those licenses can be taken back; `ends_lapse`: the subscription comes back without it.
    """

    license: License | None
    licenses: int | None
    credit_used: int
    blocking: Sequence[Store]
    ends_lapse: bool = False

    @property
    def left(self) -> int:
        """Max Stores once its licenses are taken back."""
        return (self.license.quantity or 0) - (self.licenses or 0) if self.license else 0

    @property
    def to_free(self) -> int:
        """How many stores must be freed before its licenses can be taken back."""
        return max(self.license.assigned - self.left, 0) if self.license and self.licenses else 0

    @property
    def sentences(self) -> list[str]:
        """What support should know before the invoice is void."""
        said = []
        if self.license is None or self.licenses == 0:
            said.append(_("It bought nothing that the organization still has in this term."))
        elif self.licenses is None:
            said.append(_("It bought the Integration Hub for any number of stores."))
        else:
            said.append(
                ngettext(
                    "It bought %(count)d license of the Integration Hub.",
                    "It bought %(count)d licenses of the Integration Hub.",
                    self.licenses,
                )
                % {"count": self.licenses}
            )
        if self.license is not None:
            said.append(
                ngettext(
                    "%(count)d store uses the Integration Hub now.",
                    "%(count)d stores use the Integration Hub now.",
                    self.license.assigned,
                )
                % {"count": self.license.assigned}
            )
        if self.ends_lapse:
            said.append(
                _(
                    "It is all that is overdue of a subscription that lapsed: the hub comes back, in a new term if the old one is over."
                )
            )
        if self.to_free:
            said.append(
                ngettext(
                    "To take its licenses back, %(count)d of these stores must be freed first:",
                    "To take its licenses back, %(count)d of these stores must be freed first:",
                    self.to_free,
                )
                % {"count": self.to_free}
            )
        return said

    @property
    def choices(self) -> list[Afterwards]:
        """What can be done with it."""
        if self.license is None or self.licenses == 0:
            return [Afterwards.KEEP]
        possible = [Afterwards.KEEP]
        if self.licenses and not self.blocking:
            possible.append(Afterwards.TAKE_BACK)
        if self.license.suspended_at is None:
            possible.append(Afterwards.SUSPEND)
        return possible


def bought_by(order: Order) -> Bought:
    """What the invoice bought, as things stand now."""
    return _bought(order, standing_of(order.organization))


@transaction.atomic
def void_with(*, order: Order, afterwards: Afterwards, reason: str, by: User | None) -> Order:
    """Make the invoice void and do what was chosen. Raises ValueError where that is no longer possible, and then nothing has changed."""
    found = _bought(order, locked_standing(order.organization))
    if afterwards not in found.choices:
        raise ValueError(_("That cannot be done any more. Look at what it bought once again."))
    made = void(order=order, reason=reason, by=by)
    if found.license is not None and afterwards == Afterwards.TAKE_BACK:
        set_quantity(organization=order.organization, quantity=found.left, by=by)
    if found.license is not None and afterwards == Afterwards.SUSPEND:
        suspend_license(license=found.license, reason=f"{order.invoice_number}: {reason}", by=by)
    return made


def _bought(order: Order, standing: Standing) -> Bought:
    license = standing.license
    lines = list(order.lines.order_by("position"))
    used = -sum(line.amount for line in lines if line.kind == OrderLine.Kind.CREDIT_USED)
    first = standing.subscription.first_order
    of_term = first is not None and order.number >= first.number
    charges = [line for line in lines if line.kind == OrderLine.Kind.CHARGE and line.amount] if of_term else []
    overdue = Order.objects.filter(organization=standing.organization, due_on__lte=timezone.localdate()).owed()
    back = standing.subscription.lapsed_at is not None and not overdue.exclude(pk=order.pk).exists()
    if license is None or not charges:
        return Bought(license, 0, used, [], back)
    if license.quantity is None:
        return Bought(license, None, used, [], back)
    count = min(sum(line.quantity or 0 for line in charges), license.quantity - license.comp_quantity)
    blocking = still_assigned(license).stores if license.quantity - count < license.assigned else []
    return Bought(license, count, used, blocking, back)
