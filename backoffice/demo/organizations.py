"""The demo's three customers: their plans, stores and people."""

from dataclasses import dataclass, field

from backoffice.demo.orders import Shop


@dataclass(frozen=True, slots=True)
class DemoStore:
    """One store. `licensed` stores have the Integration Hub and are the ones that post orders."""

    code: str
    name: str
    shop: Shop
    licensed: bool = True


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person and the role code they have; `stores` are codes, for the roles that reach only given stores."""

    email: str
    name: str
    role: str
    stores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoOrganization:
    """One customer; `licenses` is the quantity bought, None on Pro, where it is not counted; `billing` is whom invoices are made out to."""

    name: str
    slug: str
    level: str
    licenses: int | None
    stores: tuple[DemoStore, ...]
    people: tuple[DemoPerson, ...] = field(default=())
    billing: tuple[tuple[str, str], ...] = ()


def _restaurant(code: str, name: str, timezone: str, currency: str = "USD", *, licensed: bool = True) -> DemoStore:
    return DemoStore(code, name, Shop("restaurant", currency, timezone), licensed)


HARBOR_STREET = DemoOrganization(
    name="Harbor Street Kitchens",
    slug="harbor-street",
    level="enterprise",
    licenses=8,
    stores=(
        _restaurant("NYC-01", "Harbor Street Downtown", "America/New_York"),
        _restaurant("BOS-02", "Harbor Street Seaport", "America/New_York"),
        _restaurant("CHI-03", "Harbor Street Riverwalk", "America/Chicago"),
        _restaurant("DEN-04", "Harbor Street Union Station", "America/Denver"),
        _restaurant("LAX-05", "Harbor Street Venice", "America/Los_Angeles"),
        _restaurant("HNL-06", "Harbor Street Waikiki", "Pacific/Honolulu"),
        _restaurant("BER-07", "Harbor Street Spree", "Europe/Berlin", "EUR"),
        _restaurant("KWI-08", "Harbor Street Corniche", "Asia/Kuwait", "KWD"),
        _restaurant("ANC-09", "Harbor Street Anchorage", "America/Anchorage", licensed=False),
        _restaurant("PHX-10", "Harbor Street Old Town", "America/Phoenix", licensed=False),
        _restaurant("MIA-11", "Harbor Street Brickell", "America/New_York", licensed=False),
        _restaurant("DUB-12", "Harbor Street Liffey", "Europe/Dublin", "EUR", licensed=False),
    ),
    people=(
        DemoPerson("owner@harborstreet.example", "Grace Hollis", "owner"),
        DemoPerson("admin@harborstreet.example", "Daniel Ortiz", "enterprise_admin"),
        DemoPerson("store@harborstreet.example", "Mei Tanaka", "store_owner", ("NYC-01", "BOS-02")),
        DemoPerson("viewer@harborstreet.example", "Sam Whitfield", "viewer", ("NYC-01", "CHI-03", "BER-07")),
    ),
    billing=(
        ("legal_name", "Harbor Street Kitchens LLC"),
        ("address", "18 Harbor Street\nNew York, NY 10004"),
        ("tax_name", "Sales tax"),
        ("tax_percent", "8.875"),
    ),
)
MAPLE_AND_PINE = DemoOrganization(
    name="Maple & Pine Coffee",
    slug="maple-and-pine",
    level="pro",
    licenses=None,
    stores=(
        DemoStore("PDX-1", "Maple & Pine Pearl District", Shop("cafe", "USD", "America/Los_Angeles")),
        DemoStore("TYO-1", "Maple & Pine Daikanyama", Shop("cafe", "JPY", "Asia/Tokyo")),
    ),
    people=(DemoPerson("owner@mapleandpine.example", "Anders Lindqvist", "owner"),),
)
CORNER_BOOKS = DemoOrganization(
    name="Corner Books",
    slug="corner-books",
    level="starter",
    licenses=0,
    stores=(DemoStore("SEA-1", "Corner Books", Shop("retail", "USD", "America/Los_Angeles"), licensed=False),),
    people=(DemoPerson("owner@cornerbooks.example", "Ruth Abara", "owner"),),
)
ORGANIZATIONS = (HARBOR_STREET, MAPLE_AND_PINE, CORNER_BOOKS)
SUPPORT = DemoPerson("support@backoffice.example", "Vendor support", "support")


def shop_of(organization: str, code: str) -> Shop | None:
    """What a store of the demo sells, by the organization's name and the store's code; None for a store made by hand."""
    for one in ORGANIZATIONS:
        for store in one.stores:
            if one.name == organization and store.code == code:
                return store.shop
    return None
