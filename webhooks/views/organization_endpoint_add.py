"""Adding an endpoint that several stores share; a page of the Enterprise level."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.stores_form import StoresForm
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.entitlements import is_enterprise
from webhooks import endpoints as actions
from webhooks.delivery.backoff import in_words
from webhooks.endpoint_limits import TooManyEndpointsError
from webhooks.forms import EndpointForm


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_endpoint_add(request: OrganizationRequest) -> HttpResponseBase:
    organization = request.organization
    enterprise = is_enterprise(organization.pk)
    data = request.POST if request.method == "POST" else None
    if data is not None and not enterprise:
        raise PermissionDenied
    form, stores = EndpointForm(data), StoresForm(data, organization=organization)
    if form.is_valid() and stores.is_valid():
        try:
            made, _secret = actions.create(
                organization=organization, stores=stores.stores(), by=request.user, wishes=form.wishes()
            )
        except TooManyEndpointsError as error:
            form.add_error(None, str(error))
        else:
            toasts.success(request, _("The endpoint was added. A signed test event is on its way to it."))
            return HttpResponseRedirect(
                reverse("webhooks:organization_endpoint", args=[organization.slug, made.public_id]), status=303
            )
    context = {
        "form": form,
        "stores_form": stores,
        "retries": in_words(),
        "enterprise": enterprise,
        "cancel_url": reverse("webhooks:organization_endpoints", args=[organization.slug]),
    }
    status = 422 if form.is_bound else 200
    return page(request, "webhooks/organization_endpoint_add.html", context, status=status)
