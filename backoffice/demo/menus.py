"""What the demo's stores sell and to whom: menus, modifiers, prices by currency, people."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a modifier group; the price adds to each unit of its item."""

    name: str
    cents: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Modifiers of which one is chosen."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Something sold; `cents` is its price in the United States. `weighed` items are sold by the kilogram."""

    sku: str
    name: str
    category: str
    cents: int
    groups: tuple[Group, ...] = ()
    weighed: bool = False


@dataclass(frozen=True, slots=True)
class Currency:
    """How a price list looks in this currency: minor units per US cent, and the step that prices are rounded to."""

    code: str
    minor_units_per_cent: Decimal
    step: int
    tax_name: str
    tax_percent: Decimal
    tax_inclusive: bool

    def price(self, cents: int) -> int:
        """A price of the list in minor units of this currency."""
        steps = (cents * self.minor_units_per_cent / self.step).quantize(Decimal(1), ROUND_HALF_UP)
        return int(steps) * self.step


CURRENCIES = {
    currency.code: currency
    for currency in (
        Currency("USD", Decimal(1), 5, "Sales tax", Decimal("8.875"), tax_inclusive=False),
        Currency("EUR", Decimal(1), 10, "VAT", Decimal(19), tax_inclusive=True),
        # The yen has no minor unit, the Kuwaiti dinar has a thousand of them.
        Currency("JPY", Decimal("1.5"), 10, "消費税", Decimal(10), tax_inclusive=True),
        Currency("KWD", Decimal("3.08"), 50, "Municipal fee", Decimal("2.5"), tax_inclusive=False),
    )
}

SIDES = Group("Side", (Option("Fries"), Option("Garden salad"), Option("Sweet potato fries", 150)))
COOKED = Group("Temperature", (Option("Rare"), Option("Medium"), Option("Well done")))
EXTRAS = Group("Extra", (Option("No extra"), Option("Bacon", 200), Option("Avocado", 250), Option("Fried egg", 175)))
MILK = Group("Milk", (Option("Whole milk"), Option("Oat milk", 70), Option("Almond milk", 70)))
SIZE = Group("Size", (Option("Small"), Option("Medium", 60), Option("Large", 110)))
WRAP = Group("Gift wrap", (Option("No wrap"), Option("Gift wrap", 300)))

MENUS: dict[str, tuple[Item, ...]] = {
    "restaurant": (
        Item("R-101", "Clam chowder", "Starters", 950),
        Item("R-102", "Caesar salad", "Starters", 1150, (EXTRAS,)),
        Item("R-201", "Harbor burger", "Mains", 1650, (COOKED, SIDES, EXTRAS)),
        Item("R-202", "Fish & chips", "Mains", 1895),
        Item("R-203", "Grilled salmon", "Mains", 2650, (SIDES,)),
        Item("R-204", "Lobster roll", "Mains", 2995, (SIDES,)),
        Item("R-205", "Mushroom risotto", "Mains", 1975),
        Item("R-301", "Key lime pie", "Desserts", 895),
        Item("R-401", "House lemonade", "Drinks", 450),
        Item("R-402", "Draft lager", "Drinks", 750, (SIZE,)),
        Item("R-403", "Sparkling water", "Drinks", 395),
    ),
    "cafe": (
        Item("C-101", "Flat white", "Coffee", 425, (MILK, SIZE)),
        Item("C-102", "Maple latte", "Coffee", 525, (MILK, SIZE)),
        Item("C-103", "Cold brew", "Coffee", 475, (SIZE,)),
        Item("C-201", "Hojicha", "Tea", 400, (SIZE,)),
        Item("C-301", "Butter croissant", "Bakery", 375),
        Item("C-302", "Banana bread", "Bakery", 425),
        Item("C-303", "Avocado toast", "Kitchen", 1050, (EXTRAS,)),
        Item("C-401", "House blend, loose", "Beans", 3900, weighed=True),
    ),
    "retail": (
        Item("9780141439518", "Pride and Prejudice", "Classics", 1099, (WRAP,)),
        Item("9780486282114", "Frankenstein", "Classics", 950, (WRAP,)),
        Item("9780140449136", "Crime and Punishment", "Classics", 1400, (WRAP,)),
        Item("B-201", "Dotted notebook", "Stationery", 1795),
        Item("B-202", "Fountain pen", "Stationery", 3450, (WRAP,)),
        Item("B-203", "Blue-black ink 50 ml", "Stationery", 1250),
        Item("B-301", "World map puzzle", "Games", 2499, (WRAP,)),
        Item("B-401", "Liquorice, loose", "Counter", 2200, weighed=True),
    ),
}

PEOPLE = (
    ("Amara", "Okafor"),
    ("Lukas", "Brandt"),
    ("Hana", "Sato"),
    ("Noor", "Al-Sabah"),
    ("Mateo", "García"),
    ("Ines", "Dubois"),
    ("Siobhán", "Byrne"),
    ("Wei", "Chen"),
)
EMPLOYEES = (("emp_11", "Jordan"), ("emp_12", "Priya"), ("emp_13", "Tomás"), ("emp_14", "Kim"))
NOTES = ("", "", "", "", "no onions", "allergy: nuts", "extra hot", "please label")
