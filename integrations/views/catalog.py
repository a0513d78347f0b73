"""The catalog: every provider as a tile, searched and filtered by the address."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from integrations.tiles import TileState, categories, matching, tiles_of


@store_view(Permission.HUB_VIEW)
def catalog(request: StoreRequest) -> HttpResponseBase:
    tiles = tiles_of(request.store)
    words, category, state = (request.GET.get(name, "").strip()[:100] for name in ("q", "category", "state"))
    context = {
        "tiles": matching(tiles, words=words, category=category, state=state),
        "q": words,
        "category": category,
        "state": state,
        "categories": categories(tiles),
        "states": list(TileState),
        "not_in_plan": any(tile.state is TileState.NOT_IN_PLAN for tile in tiles),
        "may_manage": request.member.may(Permission.INTEGRATION_MANAGE),
    }
    return page(request, "integrations/catalog.html", context, partial="results")
