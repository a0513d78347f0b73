"""The hub's pages of a store with 300 integrations, in an organization with 10,000 stores: how long the server takes for each."""

import json
from datetime import timedelta
from typing import Any

from tests.load.page_times import measured_in, median_ms, run_part, seconds_of
from tests.load.scenarios import Figures
from tests.load.services import Services
from tests.load.system import System

DATABASE = "hub_pages"
STORES = 10_000
IN_ONE_STORE = 300
SECONDS = 300
HUB = "/o/ten-thousand/s/s00000/hub/"
#: One in so many integrations fails, with a lane that knows why.
FAILING = 7


def hub_pages(system: System, services: Services) -> Figures | None:
    """Milliseconds of server time of each page (medians) and of the slowest; seconds of one count and of adding to all stores.

    Only ours has such pages.
    """
    if system.name != "ours":
        return None
    figures: Figures = json.loads(measured_in("tests.load.hub_pages", DATABASE, services, seconds=SECONDS))
    return figures


def seed() -> None:
    """All stores are licensed; one has 300 integrations, each other store three."""
    from django.db import connection
    from django.utils import timezone

    from backoffice.accounts.models import User
    from backoffice.tenancy.models import Member, Organization, Store
    from integrations.catalog import all_providers
    from integrations.models import Integration
    from licensing import actions, assignments
    from licensing.models import License, PlanLevel

    organization = Organization.objects.create(name="Ten thousand", slug="ten-thousand")
    stores = Store.objects.bulk_create(
        Store(organization=organization, code=f"S{n:05}", name=f"Store {n:05}", timezone="UTC", currency="USD")
        for n in range(STORES)
    )
    next_year = timezone.localdate().replace(year=2099)
    actions.subscribe(organization=organization, level=PlanLevel.ENTERPRISE, renews_on=next_year, by=None)
    actions.set_quantity(organization=organization, quantity=STORES, by=None)
    assignments.assign(license=License.objects.get(), stores=stores, by=None)
    user = User.objects.create_user("admin@example.com", None, is_staff=True, is_superuser=True)
    Member.objects.create(organization=organization, user=user, role_code="enterprise_admin")
    slugs = [slug for slug in all_providers() if slug != "slack"]
    rows = [_integration(stores[0], slugs[n % len(slugs)], n // len(slugs), user, n) for n in range(IN_ONE_STORE)]
    rows += [_integration(store, slug, 0, user, 1) for store in stores[1:] for slug in slugs[:3]]
    Integration.objects.bulk_create(rows, batch_size=2000)
    _endpoints(rows[:IN_ONE_STORE])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _integration(store: Any, slug: str, slot: int, by: Any, number: int) -> Any:
    from django.utils import timezone

    from integrations.models import Integration

    now = timezone.now()
    return Integration(
        store=store,
        provider_slug=slug,
        slot=slot,
        added_by=by,
        settings_saved_at=now,
        setting_values={"url": "https://partner.example.com/orders", "events": ["close"]},
        last_success_at=now - timedelta(hours=number),
        failing_since=now if number % FAILING == 0 else None,
        last_error="The service answered 401." if number % FAILING == 0 else "",
    )


def _endpoints(integrations: list[Any]) -> None:
    """Of those that take orders, as saving their settings makes them."""
    from django.utils import timezone

    from integrations.catalog import all_providers
    from webhooks.models import Endpoint, Lane

    taking = [row for row in integrations if all_providers()[row.provider_slug].order_events]
    endpoints = Endpoint.objects.bulk_create(
        Endpoint(
            store=row.store,
            integration=row,
            url="https://partner.example.com/orders",
            event_types=["order.closed"],
            confirmed_at=timezone.now(),
        )
        for row in taking
    )
    Lane.objects.bulk_create(
        Lane(endpoint=endpoint, shard=0, failing_since=timezone.now() if n % FAILING == 0 else None)
        for n, endpoint in enumerate(endpoints)
    )


def measure() -> dict[str, float]:
    """The figures; what is written is checked."""
    from django.test import Client

    from backoffice.accounts.models import User
    from integrations.adoption import count_adoption
    from integrations.models import Integration, ProviderListing

    client = Client()
    client.force_login(User.objects.get(email="admin@example.com"))
    one = Integration.objects.filter(store__code="S00000", provider_slug="custom-webhook").latest("id").public_id
    second = client.get(f"{HUB}integrations/").context["page"].next_cursor
    count_seconds = seconds_of(count_adoption)
    assert ProviderListing.objects.get(slug="custom-webhook").popularity
    pages = {
        "hub": HUB,
        "catalog": f"{HUB}catalog/?sort=popular",
        "detail": f"{HUB}catalog/slack/",
        "guide": f"{HUB}catalog/slack/guide/",
        "disclaimer": f"{HUB}catalog/slack/add/",
        "several_stores": f"{HUB}catalog/slack/add/stores/",
        "several_stores_found": f"{HUB}catalog/slack/add/stores/?q=0042",
        "current": f"{HUB}integrations/",
        "current_second": f"{HUB}integrations/?cursor={second}",
        "current_found": f"{HUB}integrations/?q=webhook",
        "deactivated": f"{HUB}integrations/?show=deactivated",
        "configure": f"{HUB}integrations/{one}/",
        "action": f"{HUB}integrations/{one}/?tab=action",
        "admin": "/admin/integrations/providerlisting/",
    }
    for url in pages.values():
        assert client.get(url).status_code == 200, url
    figures = {f"{name}_ms": median_ms(client, url) for name, url in pages.items()}
    figures["slowest_ms"] = max(figures.values())
    address, body = pages["several_stores"], {"every": "1", "accepted": "on"}
    figures["add_seconds"] = seconds_of(lambda: client.post(address, body))
    assert Integration.objects.filter(provider_slug="slack").count() == STORES
    return {**figures, "count_seconds": count_seconds}


if __name__ == "__main__":
    run_part(seed, measure)
