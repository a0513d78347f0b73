"""The hub page: the four options of the manual."""

from dataclasses import dataclass

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from integrations.checklist import checklist_of
from licensing.entitlements import has_hub


@dataclass(frozen=True, slots=True)
class HubOption:
    """One card of the hub page; without `url` the member's role does not include it."""

    name: str
    text: str
    icon: str
    url: str
    in_plan: bool


@store_view(Permission.HUB_VIEW)
def hub(request: StoreRequest) -> HttpResponseBase:
    licensed = has_hub(request.store.pk)
    context = {
        "options": _options(request, licensed),
        "licensed": licensed,
        "checklist": checklist_of(request.store, request.member, licensed=licensed),
    }
    return page(request, "integrations/hub.html", context)


def _options(request: StoreRequest, licensed: bool) -> list[HubOption]:
    def option(name: str, text: str, icon: str, route: str, permission: Permission) -> HubOption:
        free = route == "integrations:catalog"
        if not request.member.may(permission):
            return HubOption(name, text, icon, "", licensed or free)
        target = route if licensed or free else "licensing:upgrade"
        return HubOption(
            name, text, icon, reverse(target, args=[request.organization.slug, request.store.code]), licensed or free
        )

    return [
        option(
            _("Browse And Subscribe Integrations"),
            _("See every integration there is, read its guide and add it to this store."),
            "blocks",
            "integrations:catalog",
            Permission.HUB_VIEW,
        ),
        option(
            _("Configure/Manage Integrations"),
            _("Set up, deactivate and activate the integrations of this store."),
            "settings-2",
            "integrations:current",
            Permission.HUB_VIEW,
        ),
        option(
            _("Developer API Key"),
            _("The key with which a point of sale or your own software posts orders."),
            "key-round",
            "integrations:api_keys",
            Permission.API_KEY_VIEW,
        ),
        option(
            _("Order Webhook"),
            _("Choose who is sent this store's orders, and follow each delivery."),
            "webhook",
            "webhooks:endpoints",
            Permission.ENDPOINT_VIEW,
        ),
    ]
