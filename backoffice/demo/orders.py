"""The life of realistic orders: opened, updated, through the kitchen, closed; some voided, some refunded."""

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.demo.menus import CURRENCIES, EMPLOYEES, MENUS, NOTES, PEOPLE, Currency
from backoffice.demo.pricing import Line, line_json, percentage, spread, totals_json

# A restaurant's day ends when the last guests have gone home.
DAY_STARTS_AT_HOUR = 4
VOIDED_SHARE, REFUNDED_SHARE, DISCOUNTED_SHARE = 0.05, 0.07, 0.25

# How people order in each kind of store: channel, service type, weight.
HABITS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "restaurant": (
        ("pos", "dine_in", 40),
        ("qr_table", "dine_in", 10),
        ("pos", "take_out", 10),
        ("online", "pickup", 12),
        ("online", "curbside", 4),
        ("phone", "pickup", 6),
        ("marketplace", "delivery", 14),
        ("kiosk", "take_out", 4),
    ),
    "cafe": (
        ("pos", "take_out", 45),
        ("pos", "dine_in", 20),
        ("kiosk", "take_out", 10),
        ("online", "pickup", 15),
        ("pos", "drive_thru", 10),
    ),
    "retail": (("pos", "take_out", 75), ("online", "pickup", 15), ("online", "delivery", 10)),
}
ADDRESS = {"line1": "18 Lantern Lane", "line2": "Floor 2", "city": "Springfield", "postal_code": "20147"}
DISCOUNTS = (("Happy hour", "promo", 20), ("Loyalty reward", "percentage", 10), ("Staff meal", "comp", 50))


@dataclass(frozen=True, slots=True)
class Shop:
    """What an order needs to know of its store."""

    kind: str
    currency: str
    timezone: str


def _stamp(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


class OrderLife:
    """One order. `events()` yields its events one by one; `clock` (UTC) is read at each, so that time passes between them."""

    def __init__(self, shop: Shop, number: int, *, chance: random.Random, clock: Callable[[], datetime]) -> None:
        self._shop, self._chance, self._clock = shop, chance, clock
        self._currency: Currency = CURRENCIES[shop.currency]
        self.id = f"ord_{chance.getrandbits(80):020x}"
        self._number = str(1000 + number)
        habits = HABITS[shop.kind]
        self._channel, self._service, _ = chance.choices(habits, [weight for *_, weight in habits])[0]
        self._prepaid = self._channel in {"online", "marketplace", "kiosk"}
        self._guests = chance.randint(1, 6) if self._service == "dine_in" else None
        self._person = chance.choice(PEOPLE)
        self._employee = chance.choice(EMPLOYEES) if self._channel in {"pos", "phone"} else None
        self._external = f"MP-{chance.getrandbits(24):06X}" if self._channel == "marketplace" else None
        self._pickup_code = f"{chance.randint(100000, 999999)}" if self._service in {"pickup", "curbside"} else None
        self._table = str(chance.randint(1, 24)) if self._service == "dine_in" else None
        self._version = 0
        self._status = "open"
        self._lines: list[Line] = []
        self._discounts: list[dict[str, Any]] = []
        self._charges: list[dict[str, Any]] = []
        self._payments: list[dict[str, Any]] = []
        self._refunds: list[dict[str, Any]] = []
        self._sent_at: datetime | None = None
        self._closed_at: datetime | None = None
        self._voided_at: datetime | None = None
        self._opened_at: datetime = clock()

    def events(self) -> Iterator[dict[str, Any]]:
        """`{"type": ..., "order": ...}`, as the API takes them, `version` rising by one."""
        self._opened_at = self._clock()
        self._add_lines(self._chance.randint(1, 3))
        if self._prepaid:
            self._add_lines(self._chance.randint(0, 2))
            self._add_charge()
            self._pay("authorized")
        yield self._event("order.opened")
        if not self._prepaid:
            yield from self._at_the_counter()
        if self._chance.random() < VOIDED_SHARE:
            yield self._void()
            return
        if self._shop.kind != "retail" or self._service == "delivery":
            yield from self._in_the_kitchen()
        yield self._close()
        if self._chance.random() < REFUNDED_SHARE:
            yield self._refund()

    def _at_the_counter(self) -> Iterator[dict[str, Any]]:
        for _ in range(self._chance.randint(1, 2)):
            self._add_lines(self._chance.randint(1, 2))
            yield self._event("order.updated")
        if len(self._lines) > 2 and self._chance.random() < 0.15:
            self._chance.choice(self._lines).voided = True
            yield self._event("order.updated")
        if self._chance.random() < DISCOUNTED_SHARE:
            self._add_discount()
            yield self._event("order.updated")
        self._add_charge()

    def _in_the_kitchen(self) -> Iterator[dict[str, Any]]:
        self._sent_at = self._clock()
        steps = ["sent", "preparing", "ready"] + (["handed_off"] if self._service in {"delivery", "curbside"} else [])
        for step in steps[self._chance.randint(0, 1) :]:
            self._status = step
            yield self._event("order.status_changed")

    def _close(self) -> dict[str, Any]:
        if self._prepaid:
            for payment in self._payments:
                payment["status"] = "captured"
        else:
            self._pay("captured")
        self._status, self._closed_at = "closed", self._clock()
        return self._event("order.closed")

    def _void(self) -> dict[str, Any]:
        for line in self._lines:
            line.voided = True
        for payment in self._payments:
            payment["status"] = "voided"
        self._status, self._voided_at = "voided", self._clock()
        return self._event("order.voided")

    def _refund(self) -> dict[str, Any]:
        payment = self._payments[0]
        whole = payment["amount"]
        amount = whole if self._chance.random() < 0.5 else max(1, whole // 2)
        payment["status"] = "refunded" if amount == whole else "captured"
        self._refunds.append(
            {
                "id": f"ref_{self._number}_1",
                "payment_id": payment["id"],
                "amount": amount,
                "reason": self._chance.choice(("Wrong item", "Cold food", "Customer changed their mind")),
                "refunded_at": _stamp(self._clock()),
            }
        )
        self._status = "refunded" if amount == whole else "closed"
        return self._event("order.refunded")

    def _add_lines(self, count: int) -> None:
        for item in self._chance.choices(MENUS[self._shop.kind], k=count):
            options = []
            for group in item.groups:
                option = self._chance.choice(group.options)
                options.append((group.name, option, self._currency.price(option.cents)))
            self._lines.append(
                Line(
                    number=len(self._lines) + 1,
                    item=item,
                    quantity=Decimal(self._chance.randint(80, 1500)) / 1000
                    if item.weighed
                    else Decimal(self._chance.choices((1, 2, 3), (80, 15, 5))[0]),
                    unit_price=self._currency.price(item.cents),
                    options=tuple(options),
                    note=self._chance.choice(NOTES) if self._shop.kind != "retail" else "",
                )
            )

    def _add_discount(self) -> None:
        name, kind, percent = self._chance.choice(DISCOUNTS)
        counted = [line for line in self._lines if not line.voided]
        amount = percentage(counted, percent)
        identifier = f"dis_{self._number}_1"
        spread(amount, counted, identifier)
        self._discounts.append({"id": identifier, "name": name, "type": kind, "scope": "order", "amount": amount})

    def _add_charge(self) -> None:
        if self._service == "delivery":
            self._charges.append(self._charge("Delivery fee", "delivery", self._currency.price(399)))
        elif self._guests and self._guests >= 6:
            self._charges.append(self._charge("Service charge 18 %", "service", percentage(self._lines, 18)))
        elif self._service == "take_out" and self._shop.kind == "restaurant":
            self._charges.append(self._charge("Bag", "bag", self._currency.price(25)))

    @staticmethod
    def _charge(name: str, kind: str, amount: int) -> dict[str, Any]:
        return {"name": name, "type": kind, "amount": amount, "taxable": False}

    def _pay(self, status: str) -> None:
        due = self._totals()["due"]
        kind = "external" if self._channel == "marketplace" else self._chance.choices(("card", "cash"), (80, 20))[0]
        kind = "card" if self._prepaid and kind == "cash" else kind
        tips = self._shop.kind != "retail" and self._currency.code == "USD" and kind == "card"
        self._payments.append(
            {
                "id": f"pay_{self._number}_1",
                "type": kind,
                "brand": self._chance.choice(("visa", "mastercard", "amex")) if kind == "card" else None,
                "last4": f"{self._chance.randint(0, 9999):04d}" if kind == "card" else None,
                "amount": due,
                "tip": due * self._chance.choice((0, 15, 18, 20)) // 100 if tips else 0,
                "status": status,
                "paid_at": _stamp(self._clock()),
            }
        )

    def _totals(self, lines: Sequence[dict[str, Any]] | None = None) -> dict[str, int]:
        counted = lines if lines is not None else [line_json(line, self._currency) for line in self._lines]
        return totals_json(
            counted, self._currency, charges=self._charges, payments=self._payments, refunds=self._refunds
        )

    def _payment_status(self, totals: dict[str, int]) -> str:
        if self._refunds:
            return "refunded" if self._status == "refunded" else "partially_refunded"
        if not totals["paid"]:
            return "unpaid"
        return "paid" if totals["due"] <= 0 else "partially_paid"

    def _event(self, kind: str) -> dict[str, Any]:
        now = self._clock()
        self._version += 1
        lines = [line_json(line, self._currency) for line in self._lines]
        totals = self._totals(lines)
        local = now.astimezone(ZoneInfo(self._shop.timezone)) - timedelta(hours=DAY_STARTS_AT_HOUR)
        first, last = self._person
        known = self._channel not in {"pos", "kiosk", "qr_table"}
        tax = {
            "id": "tx_1",
            "name": self._currency.tax_name,
            "rate_percent": str(self._currency.tax_percent),
            "inclusive": self._currency.tax_inclusive,
            "amount": totals["tax"],
        }
        order = {
            "id": self.id,
            "version": self._version,
            "number": self._number,
            "external_id": self._external,
            "external_source": "quick_eats" if self._external else None,
            "business_date": local.date().isoformat(),
            "channel": self._channel,
            "service_type": self._service,
            "status": self._status,
            "payment_status": self._payment_status(totals),
            "currency": self._currency.code,
            "table": self._table,
            "guest_count": self._guests,
            "revenue_center": "Dining room" if self._table else None,
            "employee": {"id": self._employee[0], "name": self._employee[1]} if self._employee else None,
            "customer": {
                "id": f"cus_{PEOPLE.index(self._person) + 1}",
                "first_name": first,
                "last_name": last,
                "email": f"guest{PEOPLE.index(self._person) + 1}@example.com",
                "phone": "+12025550147",
            }
            if known
            else None,
            "fulfillment": {
                "promised_at": _stamp(self._opened_at + timedelta(minutes=25)),
                "pickup_code": self._pickup_code,
                "address": ADDRESS if self._service == "delivery" else None,
            }
            if known
            else None,
            "line_items": lines,
            "taxes": [tax],
            "discounts": self._discounts,
            "service_charges": self._charges,
            "payments": self._payments,
            "refunds": self._refunds,
            "totals": totals,
            "opened_at": _stamp(self._opened_at),
            "sent_at": _stamp(self._sent_at),
            "updated_at": _stamp(now),
            "closed_at": _stamp(self._closed_at),
            "voided_at": _stamp(self._voided_at),
        }
        # Later steps change the lists in place; an event keeps what was true when it happened.
        return {"type": kind, "order": copy.deepcopy(order)}
