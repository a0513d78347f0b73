"""The email that brings a customer the pick-up code of one order: about that order alone, and without pictures to fetch."""

from collections.abc import Mapping
from html import escape

from django.utils.translation import gettext as _

from integrations.contract import Run
from integrations.providers.puc.codes import code_of, qr_table


def address_of(order: Mapping[str, object]) -> str:
    """The customer's email address, empty where the order has none."""
    customer = order.get("customer")
    return str(customer.get("email") or "").strip() if isinstance(customer, Mapping) else ""


def send_code(run: Run, order: Mapping[str, object]) -> None:
    """Queue the email, with the number and its QR code. It leaves with the run's next checkpoint, so a run that is killed before mails nobody twice."""
    code, number = code_of(order, run.values), str(order.get("number") or order.get("id"))
    subject = _("Your pick-up code for order %(number)s: %(code)s") % {"number": number, "code": code}
    lines = (
        _("Thank you for your order at %(store)s.") % {"store": run.store.name},
        _("Your pick-up code is %(code)s.") % {"code": code},
        _(
            "Type it at the pick-up cabinet once your order is ready, or scan the QR code there. If the cabinet asks, your order number is "
            "%(number)s."
        )
        % {"number": number},
        _("Who has this code can collect the order, so pass it on only to the person who collects it for you."),
        _(
            "You receive this email once, because you placed this order online with this email address. It is about this order only; you "
            "were not added to any list. If you did not order, please tell the store."
        ),
    )
    paragraphs = [f"<p>{escape(line)}</p>" for line in lines]
    label = _("QR code of the pick-up code %(code)s") % {"code": code}
    html = "".join((*paragraphs[:2], qr_table(order, run.values, label), *paragraphs[2:]))
    run.mail(
        to=address_of(order),
        subject=subject,
        text="\n\n".join(lines),
        html=html.replace(escape(code), f"<strong>{escape(code)}</strong>", 1),
    )
