"""The catalog: every provider as a tile, searched, filtered and sorted by the address."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import searched
from backoffice.web.pages import page
from integrations.tiles import POPULAR, TileState, by_popularity, categories, matching, tiles_of


@store_view(Permission.HUB_VIEW)
def catalog(request: StoreRequest) -> HttpResponseBase:
    tiles = tiles_of(request.store)
    words = searched(request.GET)
    category, state, sort = (request.GET.get(name, "").strip()[:100] for name in ("category", "state", "sort"))
    found = matching(tiles, words=words, category=category, state=state)
    context = {
        "tiles": by_popularity(found) if sort == POPULAR else found,
        "q": words,
        "category": category,
        "state": state,
        "sort": sort,
        "filtered": bool(words or category or state),
        "categories": categories(tiles),
        "states": [state for state in TileState if state in {tile.state for tile in tiles} or state.usual],
        "not_in_plan": any(tile.state is TileState.NOT_IN_PLAN for tile in tiles),
        "may_manage": request.member.may(Permission.INTEGRATION_MANAGE),
    }
    return page(request, "integrations/catalog.html", context, partial="results")
