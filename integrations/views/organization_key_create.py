"""Making a developer API key that opens all stores of an organization, or some; a page of the Enterprise level."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from backoffice.accounts.impersonation import refused_to_support
from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.api_keys import create_for_organization
from integrations.key_forms import OrganizationKeyForm
from integrations.key_rows import organization_links
from integrations.views.key_pages import UTC
from licensing.entitlements import is_enterprise


@organization_view(Permission.ORGANIZATION_HUB_MANAGE, methods=("GET", "POST"))
def organization_key_create(request: OrganizationRequest) -> HttpResponseBase:
    if refused := refused_to_support(request):
        return refused
    enterprise = is_enterprise(request.organization.pk)
    data = request.POST if request.method == "POST" else None
    if data is not None and not enterprise:
        raise PermissionDenied
    form = OrganizationKeyForm(data, organization=request.organization, zone=UTC)
    if form.is_valid():
        new = create_for_organization(
            organization=request.organization, wishes=form.wishes(), test=form.cleaned_data["test"], by=request.user
        )
        toasts.success(request, _("The key “%(name)s” was created. Press Show to read it.") % {"name": new.row.name})
        links = organization_links(request.organization, new.row.public_id)
        return HttpResponseRedirect(links.detail, status=303)
    context = {"form": form, "enterprise": enterprise}
    return page(request, "integrations/organization_key_create.html", context, status=422 if form.is_bound else 200)
