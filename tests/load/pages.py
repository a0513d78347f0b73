"""The License page of an organization with 10,000 stores: how long the server takes to show it, to save 5,000 switches, to import a file."""

import json
from typing import Any

from tests.load.page_times import analyze, measured_in, median_ms, run_part, seconds_of
from tests.load.scenarios import Figures
from tests.load.services import Services
from tests.load.system import System

DATABASE = "pages"
STORES = 10_000
SWITCHES = 5_000
SECONDS = 300


def license_pages(system: System, services: Services) -> Figures | None:
    """Milliseconds of server time of the slowest kind of page (median of its repeats); seconds of one save and of one import.

    Only ours has such pages.
    """
    if system.name != "ours":
        return None
    measured = measured_in("tests.load.pages", DATABASE, services, seconds=SECONDS)
    figures: Figures = json.loads(measured)
    return figures


def seed() -> None:
    """One organization with an enterprise admin, 10,000 stores, a group of half of them, and a license for all, none of it assigned."""
    from django.utils import timezone

    from backoffice.accounts.models import User
    from backoffice.tenancy.models import Member, Organization, Store, StoreGroup
    from licensing import actions
    from licensing.models import PlanLevel

    organization = Organization.objects.create(name="Ten thousand", slug="ten-thousand")
    stores = Store.objects.bulk_create(
        Store(organization=organization, code=f"S{n:05}", name=f"Store {n:05}", timezone="UTC", currency="USD")
        for n in range(STORES)
    )
    group = StoreGroup.objects.create(organization=organization, name="Half")
    group.stores.add(*stores[::2])
    actions.subscribe(
        organization=organization,
        level=PlanLevel.ENTERPRISE,
        renews_on=timezone.localdate().replace(year=2099),
        by=None,
    )
    actions.set_quantity(organization=organization, quantity=STORES, by=None)
    Member.objects.create(
        organization=organization,
        user=User.objects.create_user("admin@example.com", None),
        role_code="enterprise_admin",
    )


def measure() -> dict[str, float]:
    """The figures; every post is checked for what it wrote."""
    from django.test import Client

    from backoffice.accounts.models import User
    from backoffice.tenancy.models import Store, StoreGroup
    from licensing.models import Assignment

    client = Client()
    client.force_login(User.objects.get(email="admin@example.com"))
    page = "/o/ten-thousand/license/"
    staged = client.post(f"{page}bulk/stage", {"all": "1", "switch": "on", "group": StoreGroup.objects.get().public_id})
    assert staged.status_code == 302
    save_seconds = seconds_of(lambda: client.post(f"{page}save"))
    assert Assignment.objects.count() == SWITCHES

    content = "store,integration_hub\n" + "".join(
        f"{code},on\n" for code in Store.objects.order_by("code").values_list("code", flat=True)
    )
    import_seconds = seconds_of(lambda: _import(client, page, content))
    assert Assignment.objects.count() == STORES

    client.post(f"{page}bulk/stage", {"all": "1", "switch": "off", "group": StoreGroup.objects.get().public_id})
    analyze()
    deep = _deep(client, page)
    kinds = ["", f"?cursor={deep}", "?q=0042", "?state=assigned", "?state=unassigned", "?state=changed"]
    return {
        "page_ms": max(median_ms(client, page + kind) for kind in kinds),
        "save_seconds": save_seconds,
        "import_seconds": import_seconds,
    }


def _import(client: Any, page: str, content: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    report = client.post(f"{page}import/", {"file": SimpleUploadedFile("stores.csv", content.encode())}, follow=True)
    found = dict(report.context["counts"])
    data = {"import": str(report.context["imported"].pk), **{name: str(count) for name, count in found.items()}}
    assert client.post(f"{page}import/apply", data).status_code == 302


def _deep(client: Any, page: str) -> str:
    """The cursor of a page far down the list."""
    cursor = None
    for _ in range(40):
        cursor = client.get(page, {"cursor": cursor} if cursor else {}).context["page"].next_cursor
    return str(cursor)


if __name__ == "__main__":
    run_part(seed, measure)
