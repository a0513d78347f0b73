"""Billing History: every order, as a list, as an invoice to print, and as CSV."""

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.utils import timezone

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import Organization
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web.csv_files import csv_response
from backoffice.web.lists import keyset_page
from backoffice.web.money import exponent
from backoffice.web.pages import page
from licensing.models import Order, OrderLine

_ROWS_AT_ONCE = 500


@organization_view(Permission.PLAN_VIEW)
def billing(request: OrganizationRequest) -> HttpResponseBase:
    orders = Order.objects.filter(organization=request.organization).select_related("ordered_by")
    found = keyset_page(orders, order_by=["-id"], cursor=request.GET.get("cursor"))
    context = {"page": found, "today": timezone.localdate()}
    return page(request, "licensing/billing.html", context, partial="results")


@organization_view(Permission.PLAN_VIEW)
def invoice(request: OrganizationRequest, invoice: str) -> HttpResponseBase:
    order = Order.objects.filter(organization=request.organization, number=_number(invoice)).first()
    if order is None:
        raise Http404
    return page(
        request,
        "licensing/invoice.html",
        {
            "order": order,
            "lines": list(order.lines.order_by("position")),
            "today": timezone.localdate(),
            "support_email": settings.SUPPORT_EMAIL,
        },
    )


@organization_view(Permission.PLAN_VIEW)
def billing_csv(request: OrganizationRequest) -> HttpResponseBase:
    """One row a line: amounts are decimals of the currency, as spreadsheets add them up."""
    name = f"billing-history-{request.organization.slug}.csv"
    return csv_response(name, _rows(request.organization))


def _rows(organization: Organization) -> Iterator[list[object]]:
    yield [
        "Invoice",
        "Issued",
        "Due",
        "State",
        "Paid",
        "From",
        "Until",
        "Line",
        "Kind",
        "Quantity",
        "Amount",
        "Currency",
    ]
    with tenant_transaction(organization.pk):
        lines = OrderLine.objects.filter(order__organization=organization).select_related("order")
        for line in lines.order_by("-order_id", "position").iterator(chunk_size=_ROWS_AT_ONCE):
            order = line.order
            yield [
                order.invoice_number,
                order.issued_on,
                order.due_on,
                order.state,
                order.paid_at.date() if order.paid_at else None,
                order.term_starts_on,
                order.term_ends_on,
                line.description,
                line.kind,
                line.quantity,
                Decimal(line.amount).scaleb(-exponent(order.currency)),
                order.currency,
            ]


def _number(text: str) -> int:
    digits = text.lower().removeprefix("inv-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise Http404
    return int(digits)
