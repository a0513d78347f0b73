"""Billing History: the list, the invoice, the CSV; and nothing of another organization."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.tenancy.models import Organization
from licensing.models import BillingAccount, OrderLine
from licensing.orders import mark_paid, void
from tests.factories.licensing import OrderFactory
from tests.factories.tenancy import MemberFactory
from tests.licensing.buying import STARTER, buy, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client, organization: Organization) -> Client:
    client.force_login(MemberFactory.create(owner=True, organization=organization).user)
    return client


def test_the_list_is_paged_newest_first(owner: Client, organization: Organization) -> None:
    orders = [OrderFactory.create(organization=organization) for _ in range(51)]
    OrderFactory.create()
    first = owner.get(reverse("licensing:billing", args=[organization.slug]))
    assert [order.pk for order in first.context["page"].items] == [order.pk for order in reversed(orders[1:])]
    second = owner.get(first.wsgi_request.path, {"cursor": first.context["page"].next_cursor})
    assert [order.pk for order in second.context["page"].items] == [orders[0].pk]


def test_without_orders_it_says_what_would_be_here(owner: Client, organization: Organization) -> None:
    text = owner.get(reverse("licensing:billing", args=[organization.slug])).text
    assert "No orders yet" in text


def test_the_states_in_words(owner: Client, organization: Organization) -> None:
    mark_paid(order=OrderFactory.create(organization=organization), reference="", by=None)
    void(order=OrderFactory.create(organization=organization), reason="", by=None)
    OrderFactory.create(organization=organization, due_on="2026-01-01")
    OrderFactory.create(organization=organization, due_on="2099-01-01")
    text = owner.get(reverse("licensing:billing", args=[organization.slug])).text
    for state in ("Paid", "Void", "Overdue", "Unpaid"):
        assert state in text


def invoice_url(organization: Organization, number: str) -> str:
    return reverse("licensing:invoice", args=[organization.slug, number])


def test_an_invoice_has_number_lines_tax_and_whom_it_is_for(owner: Client, organization: Organization) -> None:
    BillingAccount.objects.create(
        organization=organization, legal_name="Acme Ltd", address="1 Road", tax_name="VAT", tax_percent=20
    )
    order = buy(organization, wish(quantity=2))
    BillingAccount.objects.update(legal_name="Renamed Ltd")
    text = owner.get(invoice_url(organization, order.invoice_number.lower())).text
    for words in (
        order.invoice_number,
        "Acme Ltd",
        "1 Road",
        "VAT, 20 %",
        "$7.60",
        "$45.60",
        "Total to pay",
        "Please pay by",
    ):
        assert words in text
    assert "Renamed" not in text
    mark_paid(order=order, reference="B-17", by=None)
    assert "B-17" in owner.get(invoice_url(organization, order.invoice_number.lower())).text


@pytest.mark.parametrize("number", ["inv-999999", "inv-x", "inv-", "x", "inv-9999999999999999999"])
def test_numbers_that_are_none_are_404(owner: Client, organization: Organization, number: str) -> None:
    assert owner.get(invoice_url(organization, number)).status_code == 404


def test_an_invoice_of_another_organization_is_404(owner: Client, organization: Organization) -> None:
    foreign = OrderFactory.create()
    assert owner.get(invoice_url(organization, foreign.invoice_number.lower())).status_code == 404


def rows_of(client: Client, organization: Organization) -> list[dict[str, str]]:
    answer = client.get(reverse("licensing:billing_csv", args=[organization.slug]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_has_a_row_a_line_that_sum_to_the_total(owner: Client, organization: Organization) -> None:
    buy(organization, wish(quantity=2))
    buy(organization, wish(STARTER, 0))
    OrderFactory.create()
    rows = rows_of(owner, organization)
    assert [row["Amount"] for row in rows] == ["0.00", "-38.00", "38.00", "0.00", "38.00"]
    assert {row["Currency"] for row in rows} == {"USD"}


def test_cells_that_a_spreadsheet_would_run_are_escaped(owner: Client, organization: Organization) -> None:
    order = OrderFactory.create(organization=organization)
    OrderLine.objects.create(order=order, position=2, kind="charge", description='=HYPERLINK("x")', amount=0)
    assert [row["Line"] for row in rows_of(owner, organization)][-1] == '\'=HYPERLINK("x")'
