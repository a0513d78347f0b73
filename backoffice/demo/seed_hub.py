"""The hub of the demo's stores: endpoints at the receiver, the Custom webhook integration, and the key each store posts with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.db import transaction

from backoffice.accounts.models import User
from backoffice.demo.organizations import DemoOrganization, DemoStore
from backoffice.tenancy.models import Store
from integrations import actions as integration_actions
from integrations import api_keys
from integrations.catalog import provider
from integrations.models import ApiKey, Integration
from webhooks import endpoints
from webhooks.endpoint_secrets import open_key
from webhooks.event_types import ORDER_EVENT_TYPES
from webhooks.models import Endpoint
from webhooks.wishes import Wishes

PARTNER = "custom-webhook"
PARTNER_STORES = {"NYC-01", "BER-07", "PDX-1"}
ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class DemoEndpoint:
    """An endpoint and how its receiver behaves; `stores` empty means every licensed store."""

    description: str
    path: str
    query: str = ""
    event_types: Sequence[str] = ()
    stores: frozenset[str] = frozenset()


ENDPOINTS = (
    DemoEndpoint("Kitchen screens", "/hooks/ok/{code}"),
    DemoEndpoint(
        "Loyalty partner, answers 503 now and then",
        "/hooks/flaky/loyalty-{code}",
        "?rate=0.3",
        ("order.closed", "order.refunded"),
        frozenset({"NYC-01", "LAX-05", "TYO-1"}),
    ),
    DemoEndpoint(
        "Reporting, takes its time",
        "/hooks/slow/reporting-{code}",
        "?ms=1500",
        ("order.closed", "order.voided", "order.refunded"),
        frozenset({"NYC-01", "BOS-02", "PDX-1"}),
    ),
)


def seed_hub(organization: DemoOrganization, receiver_url: str) -> dict[str, list[str]]:
    """Adds what is missing and points all of it at the receiver; returns the signing secrets by the receiver's path."""
    rows = _stores(organization)
    by = User.objects.get(email=organization.people[0].email)
    for demo in organization.stores:
        if not demo.licensed:
            continue
        store = rows[demo.code]
        for wanted in ENDPOINTS:
            if not wanted.stores or demo.code in wanted.stores:
                _seed_endpoint(wanted, store, receiver_url, by)
        if demo.code in PARTNER_STORES:
            _seed_partner(store, receiver_url, by)
    return _receiver_secrets(list(rows.values()), receiver_url)


def api_key_of(organization: DemoOrganization, demo: DemoStore, known: str | None) -> str:
    """The text of the store's key: the known one while it works, else the one it got with its license, or a new one.

    An unlicensed store has a key too, which answers 403.
    """
    store = _stores(organization)[demo.code]
    if known and (row := api_keys.authenticate(known)) and row.store_id == store.pk:
        return known
    by = User.objects.get(email=organization.people[0].email)
    key = ApiKey.objects.usable().filter(store=store, test=False).order_by("pk").first()
    if key is None:
        return api_keys.create(store=store, name="Point of sale", by=by).text
    return api_keys.reveal(key=key, by=by)


def _stores(organization: DemoOrganization) -> dict[str, Store]:
    stores = Store.objects.filter(organization__slug=organization.slug).select_related("organization")
    return {store.code: store for store in stores.order_by("code")}


def _seed_endpoint(wanted: DemoEndpoint, store: Store, receiver_url: str, by: User) -> None:
    url = receiver_url + wanted.path.format(code=store.code.lower()) + wanted.query
    event_types = wanted.event_types or [str(event) for event in ORDER_EVENT_TYPES]
    found = Endpoint.objects.listed().filter(store=store, integration=None, description=wanted.description).first()
    if found is None:
        endpoints.create(
            store=store,
            wishes=Wishes(url=url, event_types=event_types, description=wanted.description, accepts_test_events=True),
            by=by,
        )
    elif found.url != url:
        endpoints.update(endpoint=found, version=found.version, wishes=replace(Wishes.of(found), url=url), by=by)


def _seed_partner(store: Store, receiver_url: str, by: User) -> None:
    """One integration with a custom header, added as its owner would: consent first, then settings."""
    url = f"{receiver_url}/hooks/ok/partner-{store.code.lower()}"
    found = Integration.objects.filter(store=store, provider_slug=PARTNER).order_by("pk").first()
    with transaction.atomic():
        if found is None:
            found = integration_actions.add(store=store, provider=provider(PARTNER), by=by, address=ADDRESS)
        if found.setting_values.get("url") != url:
            values = {
                "header_name": "X-API-Key",
                "events": ["open", "third", "close", "refund"],
                **found.setting_values,
            }
            integration_actions.save_settings(
                integration=found,
                values={**values, "url": url},
                secrets={"header_value": "demo-partner-key"} if not found.secrets.exists() else {},
                version=found.version,
                by=by,
            )


def _receiver_secrets(stores: Sequence[Store], receiver_url: str) -> dict[str, list[str]]:
    """Also of endpoints that people added by hand: whatever points at the receiver."""
    secrets: dict[str, list[str]] = {}
    pointing = Endpoint.objects.listed().filter(store__in=stores, url__startswith=f"{receiver_url}/")
    for endpoint in pointing.prefetch_related("signing_keys").order_by("pk"):
        for key in endpoint.signing_keys.all():
            secrets.setdefault(urlsplit(endpoint.url).path, []).append(open_key(key, owner_id=endpoint.owner_id))
    return secrets
