"""The switcher and the main links of the base layout: where the signed-in person can go from here."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.memberships import memberships_of
from backoffice.tenancy.models import Member, Organization, Store
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import within_tenant

#: The switcher lists this many; past it, "All stores" leads to the searchable list.
SWITCHER_SIZE = 20


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of a menu."""

    name: str
    url: str
    current: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Navigation:
    """What the top of every page offers."""

    organizations: list[Place]
    stores: list[Place]
    links: list[Place]
    #: Of the person, in the menu of their account.
    account: list[Place]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy: a fragment, or a page without the layout, asks the database nothing."""

    def built() -> Navigation | None:
        user = getattr(request, "user", None)
        if not isinstance(user, User):
            return None
        member: Member | None = getattr(request, "member", None)
        store: Store | None = getattr(request, "store", None)
        organizations = [found.organization for found in memberships_of(user.pk, most=SWITCHER_SIZE)]
        return Navigation(
            organizations=_organizations(organizations, member.organization if member else None),
            stores=_stores(member, store) if member else [],
            links=_links(member, store, request.path) if member else [],
            account=_account(organizations, member),
        )

    return {"navigation": _Once(built)}


class _Once:
    """A callable the template engine calls at first use, and which remembers its answer."""

    def __init__(self, build: Any) -> None:
        self._build = build
        self._made = False
        self._value: Navigation | None = None

    def __call__(self) -> Navigation | None:
        if not self._made:
            self._value, self._made = self._build(), True
        return self._value


def _organizations(found: list[Organization], current: Organization | None) -> list[Place]:
    if len(found) < 2:
        return []
    return [
        Place(name=organization.name, url=organization.get_absolute_url(), current=organization == current)
        for organization in found
    ]


def _stores(member: Member, current: Store | None) -> list[Place]:
    # An error page is rendered after the view's transaction.
    with within_tenant(member.organization_id):
        found = list(member.stores().by_name()[: SWITCHER_SIZE + 1])
    places = []
    for store in found[:SWITCHER_SIZE]:
        store.organization = member.organization
        places.append(Place(name=store.name, url=store.get_absolute_url(), current=store == current))
    if current and not any(place.current for place in places):
        places.insert(0, Place(name=current.name, url=current.get_absolute_url(), current=True))
    if len(found) > 1:
        places.append(Place(name=_("All stores"), url=member.organization.get_absolute_url()))
    return places


def _account(organizations: list[Organization], member: Member | None) -> list[Place]:
    """Without an organization, as support staff are, there are no mails to choose."""
    if not organizations:
        return []
    slug = member.organization.slug if member else ""
    url = reverse("tenancy:mail_choices", args=[slug]) if slug else reverse("tenancy:mails")
    return [Place(_("Mails"), url, icon="mail")]


def _links(member: Member, store: Store | None, path: str) -> list[Place]:
    organization = member.organization
    path = path.lower()
    links = []
    if store:
        hub = reverse("integrations:hub", args=[organization.slug, store.code])
        home = store.get_absolute_url()
        links.append(Place(_("Home"), home, path == home.lower(), "house"))
        if store.closed_at is None:
            links.append(Place(_("Integration Hub"), hub, path.startswith(hub.lower()), "blocks"))
    else:
        stores = organization.get_absolute_url()
        links.append(Place(_("Stores"), stores, path == stores, "store"))
        if member.may(Permission.ORGANIZATION_HUB_MANAGE):
            keys = reverse("integrations:organization_keys", args=[organization.slug])
            links.append(Place(_("API keys"), keys, path.startswith(keys), "key-round"))
            shared = reverse("webhooks:organization_endpoints", args=[organization.slug])
            links.append(Place(_("Order webhooks"), shared, path.startswith(shared), "webhook"))
    if member.may(Permission.LICENSE_VIEW):
        license_page = reverse("licensing:license", args=[organization.slug])
        links.append(Place(_("License"), license_page, path == license_page, "badge-check"))
    if member.may(Permission.PLAN_VIEW):
        upgrade = reverse("licensing:your_plan", args=[organization.slug])
        links.append(Place(_("Upgrade"), upgrade, path.startswith(upgrade), "circle-arrow-up"))
    if member.may(Permission.AUDIT_VIEW):
        history = reverse("tenancy:history", args=[organization.slug])
        links.append(Place(_("History"), history, path == history, "history"))
    return links
