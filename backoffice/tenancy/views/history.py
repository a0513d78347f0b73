"""What was changed in an organization, by whom and when."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import AuditEntry
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page


@organization_view(Permission.AUDIT_VIEW)
def history(request: OrganizationRequest) -> HttpResponseBase:
    entries = AuditEntry.objects.filter(organization=request.organization).select_related(
        "actor", "impersonator", "store"
    )
    found = keyset_page(entries, order_by=["-id"], cursor=request.GET.get("cursor"))
    return page(request, "tenancy/history.html", {"page": found}, partial="results")
