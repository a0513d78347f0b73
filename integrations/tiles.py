"""The catalog as a store sees it: one tile a provider, searched and filtered."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy

from backoffice.tenancy.models import Store
from integrations.catalog import all_providers
from integrations.contract import Category, Provider, Text
from integrations.listings import listings
from integrations.models import Integration, ProviderListing
from integrations.status import Status, status_of
from licensing.entitlements import has_hub

#: The value of `sort` that puts what most stores use first.
POPULAR = "popular"


class TileState(StrEnum):
    AVAILABLE = "available"
    ADDED = "added"
    NEEDS_SETUP = "needs_setup"
    NOT_IN_PLAN = "not_in_plan"
    NOT_AVAILABLE = "not_available"

    @property
    def label(self) -> Text:
        return _LABELS[self]

    @property
    def badge(self) -> str:
        """The kind of the badge component."""
        return _BADGES[self]

    @property
    def usual(self) -> bool:
        """Whether the catalog offers it as a filter also where no tile has it."""
        return self is not TileState.NOT_AVAILABLE


_LABELS: dict[TileState, Text] = {
    TileState.AVAILABLE: gettext_lazy("Available"),
    TileState.ADDED: gettext_lazy("Added"),
    TileState.NEEDS_SETUP: gettext_lazy("Needs setup"),
    TileState.NOT_IN_PLAN: gettext_lazy("Not in your plan"),
    TileState.NOT_AVAILABLE: gettext_lazy("Not available now"),
}
_BADGES = {
    TileState.AVAILABLE: "neutral",
    TileState.ADDED: "success",
    TileState.NEEDS_SETUP: "warning",
    TileState.NOT_IN_PLAN: "locked",
    TileState.NOT_AVAILABLE: "paused",
}
#: In these nobody of the store can add it.
CLOSED = frozenset({TileState.NOT_IN_PLAN, TileState.NOT_AVAILABLE})


@dataclass(frozen=True, slots=True)
class Tile:
    """A provider in a store's catalog; `integration` is the active one that the store has, if any."""

    provider: Provider
    state: TileState
    integration: Integration | None
    listing: ProviderListing

    @property
    def can_add(self) -> bool:
        """Whether Add may lead to the disclaimer, as far as plan and store go."""
        return self.state not in CLOSED and (self.integration is None or self.provider.allows_several)


def tiles_of(store: Store) -> list[Tile]:
    """The tile of every provider that is offered or here already, in four queries whatever the number of providers and integrations.

    The featured ones come first, then by name.
    """
    return sorted(_tiles(store, all_providers()), key=lambda tile: not tile.listing.featured)


def tile_of(store: Store, slug: str) -> Tile | None:
    """The tile of one provider; None where the catalog would not show it."""
    return next(iter(_tiles(store, {slug} & all_providers().keys())), None)


def _tiles(store: Store, slugs: Collection[str]) -> list[Tile]:
    licensed = has_hub(store.pk)
    listed = listings()
    active = {
        integration.provider_slug: integration
        for integration in store.integrations.active()
        .filter(provider_slug__in=slugs)
        .order_by("provider_slug", "slot")
        .distinct("provider_slug")
        .prefetch_related("secrets")
    }
    return [
        _tile(provider, active.get(slug), listed[slug], licensed=licensed)
        for slug, provider in all_providers().items()
        if slug in slugs and (slug in active or listed[slug].enabled)
    ]


def _tile(provider: Provider, integration: Integration | None, listing: ProviderListing, *, licensed: bool) -> Tile:
    if not listing.enabled:
        state = TileState.NOT_AVAILABLE
    elif not licensed:
        state = TileState.NOT_IN_PLAN
    elif integration is None:
        state = TileState.AVAILABLE
    elif status_of(integration, provider, licensed=True) is Status.NEEDS_SETUP:
        state = TileState.NEEDS_SETUP
    else:
        state = TileState.ADDED
    return Tile(provider, state, integration, listing)


def by_popularity(tiles: Iterable[Tile]) -> list[Tile]:
    """Those that most stores use first; equal ones as they were."""
    return sorted(tiles, key=lambda tile: -tile.listing.popularity)


def matching(tiles: Iterable[Tile], *, words: str, category: str, state: str) -> list[Tile]:
    """The tiles that hold every word in name, tagline, category or description, and are of the category and state."""
    wanted = words.casefold().split()
    return [
        tile
        for tile in tiles
        if (not category or tile.provider.category == category)
        and (not state or tile.state == state)
        and all(word in _text(tile.provider) for word in wanted)
    ]


def _text(provider: Provider) -> str:
    parts = (provider.name, provider.tagline, provider.category.label, provider.description, provider.slug)
    return " ".join(str(part) for part in parts).casefold()


def categories(tiles: Iterable[Tile]) -> Sequence[Category]:
    """The categories that have a provider, in the order the contract lists them."""
    used = {tile.provider.category for tile in tiles}
    return [category for category in Category if category in used]
