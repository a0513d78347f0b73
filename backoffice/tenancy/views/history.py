"""What was changed in an organization, by whom and when: as a list and as CSV."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.audit import csv_cells, newest_first
from backoffice.tenancy.history_words import in_words, which
from backoffice.tenancy.models import AuditEntry, Organization
from backoffice.tenancy.permissions import Permission
from backoffice.web.csv_files import csv_response
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page


@organization_view(Permission.AUDIT_VIEW)
def history(request: OrganizationRequest) -> HttpResponseBase:
    found = keyset_page(_entries(request.organization), order_by=["-id"], cursor=request.GET.get("cursor"))
    rows = [(entry, in_words(entry), which(entry)) for entry in found.items]
    return page(request, "tenancy/history.html", {"page": found, "rows": rows}, partial="results")


@organization_view(Permission.AUDIT_VIEW)
def history_csv(request: OrganizationRequest) -> HttpResponseBase:
    return csv_response(f"history-{request.organization.slug}.csv", _rows(request.organization))


def _rows(organization: Organization) -> Iterator[list[object]]:
    yield ["When (UTC)", "Who", "Action", "Which", "Store code", "Store", "Details", "Request id"]
    for entry in newest_first(_entries(organization), organization_id=organization.pk):
        yield [*csv_cells(entry, which(entry)), entry.request_id]


def _entries(organization: Organization) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(organization=organization).select_related("actor", "store")
