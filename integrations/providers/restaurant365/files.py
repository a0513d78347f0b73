"""From a day's orders to the two files that Restaurant365 imports: pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from integrations.contract import Order, StoreFacts, Values, exponent

#: One comma-separated file for each; text files of the service have the same columns, separated by tabs.
SALES = (
    "Receipt Number", "Date", "Service Type", "Revenue Center", "Server", "Tax Amount", "Tip Amount", "Number of Guests",
)  # fmt: skip
PAYMENTS = ("Receipt Number", "Date", "Payment Type", "Amount")
SERVICE_TYPE_LENGTH, REVENUE_CENTER_LENGTH = 100, 50
SEPARATORS = {"csv": ",", "txt": "\t"}
#: States in which a check is a sale; the others are open, or were never paid.
_SOLD = frozenset({"closed", "refunded"})
KINDS = ("Sales", "SalesPayments")

TENDERS = {
    "cash": "Cash",
    "card": "Card",
    "gift_card": "Gift card",
    "house_account": "House account",
    "external": "External",
    "other": "Other",
}


@dataclass(frozen=True, slots=True)
class DayFile:
    """One file; `lines` are those below the heading."""

    name: str
    content: bytes
    lines: int


def day_files(orders: Iterable[Order], values: Values, store: StoreFacts, day: date) -> list[DayFile]:
    """The two files of a business day, checks in the order in which they were closed."""
    sold = [order.order for order in orders if is_sale(order.order)]
    sold.sort(key=lambda order: (str(order.get("closed_at") or ""), _receipt(order)))
    sales, payments = names_of(values, day)
    return [
        _file(sales, SALES, [_sale(order, store) for order in sold], values),
        _file(payments, PAYMENTS, [row for order in sold for row in _payments(order, store)], values),
    ]


def names_of(values: Values, day: date) -> list[str]:
    """The names of a business day's files, one for each of `KINDS`."""
    return [f"{kind}_{values['location_id']}_{day:%m%d%Y}.{values['format']}" for kind in KINDS]


def is_sale(order: Mapping[str, object]) -> bool:
    """Whether the check belongs into the files of its day."""
    return order.get("status") in _SOLD


def day_of(name: str) -> date:
    """The business date that a file of ours bears in its name. Raises ValueError for another's."""
    return datetime.strptime(name.rpartition(".")[0].rpartition("_")[2], "%m%d%Y").date()  # noqa: DTZ007  a date has no zone


def _file(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], values: Values) -> DayFile:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATORS[str(values["format"])], lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([" ".join(cell.split()) for cell in row] for row in rows)
    return DayFile(name, text.getvalue().encode(), len(rows))


def _sale(order: Mapping[str, object], store: StoreFacts) -> tuple[str, ...]:
    totals, currency = _part(order.get("totals")), _currency(order, store)
    return (
        _receipt(order),
        _local(order.get("closed_at") or order.get("updated_at"), store),
        str(order.get("service_type") or "").replace("_", " ").title()[:SERVICE_TYPE_LENGTH],
        str(order.get("revenue_center") or "")[:REVENUE_CENTER_LENGTH],
        str(_part(order.get("employee")).get("id") or ""),
        _amount(totals.get("tax"), currency),
        _amount(totals.get("tip"), currency),
        str(order.get("guest_count") or 1),
    )


def _payments(order: Mapping[str, object], store: StoreFacts) -> Iterator[tuple[str, ...]]:
    """A line for each payment and discount, and one with a negative amount for each refund."""
    currency, closed = _currency(order, store), order.get("closed_at") or order.get("updated_at")
    for payment in _parts(order.get("payments")):
        if payment.get("status") != "voided":
            tender = str(payment.get("brand") or "").title() or TENDERS.get(str(payment.get("type")), "Other")
            paid = _local(payment.get("paid_at") or closed, store)
            yield _receipt(order), paid, tender, _amount(payment.get("amount"), currency)
    for discount in _parts(order.get("discounts")):
        name = str(discount.get("name") or "") or "Discount"
        yield _receipt(order), _local(closed, store), name, _amount(discount.get("amount"), currency)
    for refund in _parts(order.get("refunds")):
        yield _receipt(order), _local(closed, store), "Refund", _amount(refund.get("amount"), currency, sign=-1)


def _receipt(order: Mapping[str, object]) -> str:
    return str(order.get("number") or order.get("id") or "")


def _currency(order: Mapping[str, object], store: StoreFacts) -> str:
    return str(order.get("currency") or store.currency).upper()


def _amount(minor: object, currency: str, sign: int = 1) -> str:
    return f"{Decimal(sign * (minor if isinstance(minor, int) else 0)).scaleb(-exponent(currency)):f}"


def _local(moment: object, store: StoreFacts) -> str:
    """In the store's own time, as the import template writes it; empty where the order does not tell."""
    if not moment:
        return ""
    return f"{datetime.fromisoformat(str(moment)).astimezone(ZoneInfo(store.timezone)):%m/%d/%Y %H:%M:%S}"


def _part(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _parts(value: object) -> Iterator[Mapping[str, object]]:
    return (_part(part) for part in value) if isinstance(value, (list, tuple)) else iter(())
