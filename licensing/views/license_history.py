"""Every change of plan, quantity and assignment: who made it and when, as a list and as CSV."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.audit import csv_cells, newest_first
from backoffice.tenancy.history_words import in_words
from backoffice.tenancy.models import AuditEntry, Organization
from backoffice.tenancy.permissions import Permission
from backoffice.web.csv_files import csv_response
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page

_KINDS = ("subscription.", "license.", "order.", "billing.", "billingaccount.")


@organization_view(Permission.AUDIT_VIEW)
def license_history(request: OrganizationRequest) -> HttpResponseBase:
    found = keyset_page(_entries(request.organization), order_by=["-id"], cursor=request.GET.get("cursor"))
    rows = [{"entry": entry, "words": in_words(entry)} for entry in found.items]
    return page(request, "licensing/license_history.html", {"page": found, "rows": rows}, partial="results")


@organization_view(Permission.AUDIT_VIEW)
def license_history_csv(request: OrganizationRequest) -> HttpResponseBase:
    return csv_response(f"license-history-{request.organization.slug}.csv", _rows(request.organization))


def _rows(organization: Organization) -> Iterator[list[object]]:
    yield ["When (UTC)", "Who", "Action", "What", "Store code", "Store", "Details"]
    for entry in newest_first(_entries(organization), organization_id=organization.pk):
        yield csv_cells(entry, in_words(entry))


def _entries(organization: Organization) -> QuerySet[AuditEntry]:
    kinds = Q()
    for kind in _KINDS:
        kinds |= Q(action__startswith=kind)
    return AuditEntry.objects.filter(kinds, organization=organization).select_related("actor", "impersonator", "store")
