"""What support decides about a provider counts at once, everywhere, and loses nothing."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.tenancy.models import AuditEntry, Store
from integrations import actions, subscribers
from integrations.catalog import all_providers, provider
from integrations.listings import is_suspended, list_every_provider, listings, save_listing
from integrations.models import Integration, ProviderListing
from integrations.runs.start import MayNotRun, start_run
from integrations.status import Status, rows_of
from tests.factories.accounts import UserFactory
from tests.factories.integrations import IntegrationFactory

pytestmark = pytest.mark.django_db


def switch(slug: str, *, on: bool) -> None:
    listing = listings()[slug]
    listing.enabled = on
    save_listing(listing=listing, by=None)


def test_every_provider_has_a_row_and_keeps_it() -> None:
    ProviderListing.objects.all().delete()
    assert listings()["slack"].enabled
    ProviderListing.objects.create(slug="slack", enabled=False)
    list_every_provider()
    assert set(ProviderListing.objects.values_list("slug", flat=True)) == set(all_providers())
    assert not ProviderListing.objects.get(slug="slack").enabled


def test_switched_off_there_is_no_tile_and_no_way_to_add_it(
    owner: Client, store: Store, address: Callable[..., str]
) -> None:
    switch("slack", on=False)
    assert "Slack" not in owner.get(address("catalog")).text
    for page in ("detail", "guide", "disclaimer"):
        assert owner.get(address(page, provider="slack")).status_code == 404
    assert owner.post(address("disclaimer", provider="slack"), {"accepted": "on"}).status_code == 404
    with pytest.raises(actions.NotOffered):
        actions.add(store=store, provider=provider("slack"), by=UserFactory.create(), address=None)
    assert not Integration.objects.exists()


def test_what_is_there_is_suspended_with_words_and_comes_back(
    owner: Client, store: Store, address: Callable[..., str]
) -> None:
    integration = IntegrationFactory.create(store=store, provider_slug="slack", settings_saved_at=timezone.now())
    before = rows_of([integration], licensed=True)[0].status
    switch("slack", on=False)
    (row,) = rows_of([integration], licensed=True)
    assert row.status is Status.SUSPENDED
    assert row.advice.startswith("Slack is not available now. Everything is kept")
    assert is_suspended(integration)
    tile = next(tile for tile in owner.get(address("catalog")).context["tiles"] if tile.integration)
    assert (str(tile.state.label), tile.can_add) == ("Not available now", False)
    switch("slack", on=True)
    assert rows_of([integration], licensed=True)[0].status is before
    assert not is_suspended(integration)


def test_its_actions_do_not_start(store: Store) -> None:
    shop = IntegrationFactory.create(store=store, provider_slug="wix", settings_saved_at=timezone.now())
    switch("wix", on=False)
    with pytest.raises(MayNotRun, match="not available now"):
        start_run(integration=shop, action=provider("wix").actions[0], parameters={}, dry_run=False, by=None)


def test_switching_on_is_told_once_and_each_change_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(subscribers, "_switched_on", [told.append])
    support = UserFactory.create(support=True)
    listing = listings()["slack"]
    listing.enabled = False
    save_listing(listing=listing, by=support)
    save_listing(listing=listing, by=support)
    assert told == []
    listing.enabled = True
    save_listing(listing=listing, by=support)
    assert told == ["slack"]
    entries = AuditEntry.objects.filter(action="provider.listing_changed").order_by("id")
    assert [(entry.actor, entry.changes) for entry in entries] == [
        (support, {"enabled": [True, False]}),
        (support, {"enabled": [False, True]}),
    ]


def test_featured_ones_stand_first(owner: Client, address: Callable[..., str]) -> None:
    ProviderListing.objects.update_or_create(slug="woocommerce", defaults={"featured": True})
    page = owner.get(address("catalog"))
    assert page.context["tiles"][0].provider.slug == "woocommerce"
    assert "Featured" in page.text
