"""The Order Webhook page: where this store's orders are sent, its own endpoints first, then those of integrations."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks.delivery.backoff import in_words
from webhooks.endpoint_rows import endpoint_groups
from webhooks.models import Endpoint
from webhooks.states_in_words import endpoint_badge


@store_view(Permission.ENDPOINT_VIEW)
@hub_required
def endpoints(request: StoreRequest) -> HttpResponseBase:
    groups = endpoint_groups(request.store)
    of_organization = Endpoint.objects.listed().shared_with(request.store)
    context = {
        "groups": groups,
        "shared": [(shared, endpoint_badge(shared)) for shared in of_organization.order_by("-id")],
        "may_share": request.member.may(Permission.ORGANIZATION_HUB_MANAGE),
        "none_yet": not any(group.rows or group.integration for group in groups),
        "may_manage": request.member.may(Permission.ENDPOINT_MANAGE),
        "may_configure": request.member.may(Permission.INTEGRATION_MANAGE),
        "retries": in_words(),
    }
    return page(request, "webhooks/endpoints.html", context)
