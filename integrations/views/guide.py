"""Know More: a provider's guide."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from integrations.guides import guide_html
from integrations.views.found import tile_or_404


@store_view(Permission.HUB_VIEW)
def guide(request: StoreRequest, provider: str) -> HttpResponseBase:
    tile = tile_or_404(request, provider)
    context = {
        "tile": tile,
        "provider": tile.provider,
        "guide": guide_html(tile.provider.guide),
        "may_manage": request.member.may(Permission.INTEGRATION_MANAGE),
    }
    return page(request, "integrations/guide.html", context)
