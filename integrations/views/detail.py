"""A provider's own page in the catalog: what it does, what it needs and what it shares."""

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from integrations.contract import Text
from integrations.tiles import CLOSED
from integrations.views.add_to_stores import may_add_to_several
from integrations.views.found import tile_or_404

_EVENTS: dict[str, Text] = {
    "order.opened": _("An order is opened"),
    "order.updated": _("An open order changes"),
    "order.closed": _("An order is paid and closed"),
    "order.voided": _("An order is voided"),
    "order.refunded": _("Money goes back to the customer"),
    "order.status_changed": _("An order moves on, such as to “ready”"),
}


@store_view(Permission.HUB_VIEW)
def detail(request: StoreRequest, provider: str) -> HttpResponseBase:
    tile = tile_or_404(request, provider)
    context = {
        "tile": tile,
        "provider": tile.provider,
        "events": [_EVENTS.get(event, event) for event in tile.provider.order_events],
        "several": tile.state not in CLOSED and may_add_to_several(request),
        "support_email": settings.SUPPORT_EMAIL,
        "may_manage": request.member.may(Permission.INTEGRATION_MANAGE),
    }
    return page(request, "integrations/detail.html", context)
