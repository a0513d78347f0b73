"""One run: its progress while it works, what became of its items, and what can be done about it."""

from collections.abc import Iterator, Sequence

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web import toasts
from backoffice.web.csv_files import csv_response
from backoffice.web.htmx import wants_fragment
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations.catalog import all_providers
from integrations.models import Run
from integrations.run_rows import run_row
from integrations.runs.start import AlreadyRunning, MayNotRun, NothingFailed, cancel_run, retry_failed
from integrations.views.found import run_or_404
from licensing.entitlements import hub_required


@store_view(Permission.HUB_VIEW)
@hub_required
def run(request: StoreRequest, run: str) -> HttpResponseBase:
    found = run_or_404(request, run)
    row = run_row(found, all_providers().get(found.integration.provider_slug))
    if wants_fragment(request) and request.headers.get("X-Shown") == row.fingerprint:
        return HttpResponse(status=204)
    items = found.items.filter(outcome="failed") if request.GET.get("show") != "all" else found.items.all()
    context = {
        "row": row,
        "provider": all_providers().get(found.integration.provider_slug),
        "page": keyset_page(items, order_by=["id"], cursor=request.GET.get("cursor")),
        "every": request.GET.get("show") == "all",
        "may_manage": request.member.may(Permission.INTEGRATION_MANAGE),
    }
    return page(request, "integrations/run.html", context, partial="run-progress")


@store_view(Permission.INTEGRATION_MANAGE, methods=("POST",))
@hub_required
def run_cancel(request: StoreRequest, run: str) -> HttpResponseBase:
    found = cancel_run(run=run_or_404(request, run), by=request.user)
    if not found.finished:
        toasts.success(request, _("The run ends at the next point where nothing is left half done."))
    return _to(request, found)


@store_view(Permission.INTEGRATION_MANAGE, methods=("POST",))
@hub_required
def run_retry(request: StoreRequest, run: str) -> HttpResponseBase:
    found = run_or_404(request, run)
    action = run_row(found, all_providers().get(found.integration.provider_slug)).action
    if action is None:
        toasts.error(request, _("This integration no longer offers this action."))
        return _to(request, found)
    try:
        again = retry_failed(run=found, action=action, by=request.user)
    except (AlreadyRunning, MayNotRun, NothingFailed) as refused:
        toasts.error(request, str(refused))
        return _to(request, found)
    return _to(request, again)


@store_view(Permission.HUB_VIEW)
@hub_required
def run_items(request: StoreRequest, run: str) -> HttpResponseBase:
    """The listed items as CSV."""
    found = run_or_404(request, run)
    return csv_response(f"{found.public_id}.csv", _lines(request, found))


def _lines(request: StoreRequest, run: Run) -> Iterator[Sequence[object]]:
    yield [_("Item"), _("Outcome"), _("What is wrong"), _("What to do")]
    with tenant_transaction(request.organization.pk):
        for item in run.items.order_by("id").iterator(chunk_size=500):
            yield [item.key, item.get_outcome_display(), item.note, item.hint]


def _to(request: StoreRequest, run: Run) -> HttpResponseRedirect:
    place = [request.organization.slug, request.store.code]
    return HttpResponseRedirect(reverse("integrations:run", args=[*place, run.public_id]), status=303)
