"""The Deliveries page of a store with millions of deliveries: how long the server takes for near, far and filtered pages."""

import json
import sys
from datetime import timedelta
from functools import partial
from typing import Any

from tests.load.page_times import measured_in, median_ms, run_part
from tests.load.scenarios import Figures
from tests.load.services import Services
from tests.load.system import System

DATABASE = "deliveries"
SECONDS = 1800
FAR = 100
PAGE = 50


def delivery_pages(system: System, services: Services, *, count: int) -> Figures | None:
    """Milliseconds of server time (medians): the first page, the hundredth, the slowest of single filters and of filters together.

    Only ours has such pages.
    """
    if system.name != "ours":
        return None
    printed = measured_in("tests.load.delivery_pages", DATABASE, services, str(count), seconds=SECONDS)
    figures: Figures = json.loads(printed)
    return figures


def seed(count: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from backoffice.accounts.models import User
    from backoffice.tenancy.models import Member, Store
    from tests.load import delivery_rows, ours_seed
    from webhooks.models import Endpoint, Lane

    ours_seed.stores(["https://hooks.example.com/0"], "whsec_" + "a" * 44)
    store = Store.objects.get()
    for number in range(1, delivery_rows.ENDPOINTS):
        made = Endpoint.objects.create(
            store=store, url=f"https://hooks.example.com/{number}", event_types=["order.closed"]
        )
        Lane.objects.get_or_create(endpoint=made, shard=0)
    lanes = list(Lane.objects.order_by("pk"))
    user = User.objects.create_user("admin@example.com", None)
    Member.objects.create(organization=store.organization, user=user, role_code="enterprise_admin")
    with connection.cursor() as cursor:
        delivery_rows.fill(
            cursor,
            store=store.pk,
            endpoints=[lane.endpoint_id for lane in lanes],
            lanes=[lane.pk for lane in lanes],
            deliveries=count,
            now=timezone.now(),
        )


def measure() -> Figures:
    """The figures; each page is checked for its rows."""
    from django.test import Client

    from backoffice.accounts.models import User
    from webhooks.models import Delivery, Endpoint, Lane

    client = Client()
    client.force_login(User.objects.get())
    endpoints = [
        f"&endpoint={one.public_id}" for one in Endpoint.objects.filter(lanes__in=Lane.objects.all()).order_by("pk")
    ]
    busy, rare = endpoints[0], endpoints[-1]
    newest = Delivery.objects.order_by("-pk")[0]
    middle = newest_time(newest) - timedelta(days=40)
    stretch = f"&after={middle:%Y-%m-%dT%H:%M}&before={middle + timedelta(hours=6):%Y-%m-%dT%H:%M}"
    alone = [
        *(f"&state={state}" for state in Delivery.State.values),
        *(f"&event={event}" for event in ("order.closed", "order.voided")),
        *(f"&since={since}" for since in ("1h", "24h", "7d", "30d")),
        busy,
        rare,
        f"&order={newest.order_id}",
        stretch,
    ]
    together = [
        f"&state=exhausted{rare}",
        f"&state=exhausted{busy}&event=order.closed",
        f"&state=parked&event=order.voided{stretch}",
        f"&event=order.refunded{rare}",
        f"&state=delivered{busy}&since=7d",
    ]
    page = f"/o/{newest.store.organization.slug}/s/{newest.store.code}/hub/webhooks/deliveries/?"
    times = partial(_times, client, page)
    return {
        "first_ms": median_ms(client, page),
        "hundredth_ms": median_ms(client, page + _far(client, page)),
        "filter_ms": max(times(alone, least=1)),
        "filters_together_ms": max(times(together, least=0)),
        "deliveries": Delivery.objects.count(),
    }


def newest_time(delivery: Any) -> Any:
    from backoffice.database.identifiers import uuid7_time

    return uuid7_time(delivery.pk)


def _times(client: Any, page: str, filters: list[str], *, least: int) -> list[float]:
    """The median of each; and the same once more far down its list, where it has a next page."""
    found = []
    for filtered in filters:
        shown = client.get(page + filtered).context
        assert len(shown["rows"]) >= least, filtered
        ms = median_ms(client, page + filtered)
        sys.stderr.write(f"{ms:7.1f} ms {len(shown['rows'])} rows {filtered}\n")
        found.append(ms)
        if shown["page"].next_cursor:
            found.append(median_ms(client, f"{page}{filtered}&cursor={shown['page'].next_cursor}"))
    return found


def _far(client: Any, page: str) -> str:
    """The cursor that leads to the hundredth page."""
    from backoffice.web.lists import keyset_page
    from webhooks.models import Delivery

    ahead = keyset_page(Delivery.objects.all(), order_by=["-id"], size=(FAR - 1) * PAGE)
    cursor = f"cursor={ahead.next_cursor}"
    shown = client.get(page + cursor).context["page"]
    assert len(shown.items) == PAGE
    assert shown.items[0].pk < ahead.items[-1].pk
    return cursor


if __name__ == "__main__":
    run_part(seed, measure)
