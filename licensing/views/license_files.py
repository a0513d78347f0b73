"""Assignments as files: the download of what the filter shows, the upload, its report, and applying it."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.models import Store
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web import toasts
from backoffice.web.csv_files import csv_response
from backoffice.web.pages import page
from licensing.assignment_files import MAX_BYTES, Report, UnreadableFile, Verdict, apply, exported, keep, parse, report
from licensing.drafts import columns, draft_of
from licensing.models import AssignmentImport
from licensing.store_filter import StoreFilter

#: Rows of the report on one page.
PAGE = 100


@organization_view(Permission.LICENSE_VIEW)
def license_export(request: OrganizationRequest) -> HttpResponseBase:
    """CSV of what the filter shows, as saved."""
    draft = draft_of(request.organization, request.user)
    wanted = StoreFilter.read(request.GET)
    organization, member = request.organization, request.member

    def rows() -> Iterator[Sequence[object]]:
        with tenant_transaction(organization.pk):
            held = columns(organization, draft)
            yield from exported(wanted.stores(member.stores(), held, draft), held)

    return csv_response(f"{organization.slug}-licenses.csv", rows())


@organization_view(Permission.LICENSE_ASSIGN, methods=("GET", "POST"))
def license_import(request: OrganizationRequest) -> HttpResponseBase:
    """The upload. A file that cannot be read is refused in words; one that can leads to its report, and changes nothing yet."""
    held = columns(request.organization, None)
    context: dict[str, Any] = {"columns": held, "error": ""}
    if request.method != "POST" or not held:
        return page(request, "licensing/license_import.html", context)
    upload = request.FILES.get("file")
    if upload is None:
        return page(
            request, "licensing/license_import.html", {**context, "error": _("Choose a file first.")}, status=422
        )
    try:
        rows = parse(upload.read(MAX_BYTES + 1), held)
    except UnreadableFile as problem:
        return page(request, "licensing/license_import.html", {**context, "error": str(problem)}, status=422)
    keep(organization=request.organization, name=upload.name or "", rows=rows, by=request.user)
    return redirect("licensing:license_report", organization=request.organization.slug)


@organization_view(Permission.LICENSE_ASSIGN)
def license_report(request: OrganizationRequest) -> HttpResponseBase:
    """What each row of the uploaded file would do."""
    imported = _waiting(request)
    if imported is None:
        return redirect("licensing:license_import", organization=request.organization.slug)
    return page(request, "licensing/license_report.html", _context(request, imported, _report(request, imported)))


@organization_view(Permission.LICENSE_ASSIGN, methods=("POST",))
def license_apply(request: OrganizationRequest) -> HttpResponseBase:
    """Does what the report said; where that has changed since, nothing is done and the report of now is shown (409)."""
    imported = _waiting(request)
    if imported is None or str(imported.pk) != request.POST.get("import"):
        toasts.warning(request, _("That file is not waiting any more. Upload it again."))
        return redirect("licensing:license_import", organization=request.organization.slug)
    expected = {verdict.value: _number(request.POST.get(verdict.value)) for verdict in Verdict}
    imported.organization = request.organization
    held = columns(request.organization, None)
    changed = apply(imported=imported, columns=held, expected=expected, by=request.user)
    if changed is not None:
        context = {**_context(request, imported, changed), "stale": True}
        return page(request, "licensing/license_report.html", context, status=409)
    toasts.success(request, _("License settings saved successfully"))
    return redirect("licensing:license", organization=request.organization.slug)


def _waiting(request: OrganizationRequest) -> AssignmentImport | None:
    return AssignmentImport.objects.filter(organization=request.organization, user=request.user).first()


def _report(request: OrganizationRequest, imported: AssignmentImport) -> Report:
    stores = Store.objects.trading().filter(organization=request.organization)
    return report(rows=imported.rows, columns=columns(request.organization, None), stores=stores)


def _context(request: OrganizationRequest, imported: AssignmentImport, made: Report) -> dict[str, Any]:
    counts = made.counts
    only = request.GET.get("show", "")
    after = _number(request.GET.get("after"))
    matching = [line for line in made.lines if only not in counts or line.verdict.value == only]
    lines = [line for line in matching if line.number > after]
    return {
        "imported": imported,
        "made": made,
        "tiles": [(verdict, counts[verdict.value]) for verdict in Verdict if counts[verdict.value]],
        "show": only if only in counts else "",
        "lines": lines[:PAGE],
        "next_after": lines[PAGE - 1].number if len(lines) > PAGE else None,
        "started": after,
        "stale": False,
        "counts": counts.items(),
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0
