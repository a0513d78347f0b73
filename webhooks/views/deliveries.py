"""A store's deliveries, narrowed by filters in the address, newest first and live."""

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from licensing.entitlements import hub_required, retention_days
from webhooks.delivery_log import filtered, fingerprint, has_any, of_store, row_fingerprint, with_names
from webhooks.delivery_rows import delivery_rows
from webhooks.filters import filter_form
from webhooks.live import already_shown


@store_view(Permission.DELIVERY_VIEW)
@hub_required
def deliveries(request: StoreRequest) -> HttpResponseBase:
    form = filter_form(request.store, request.GET)
    filters = form.filters()
    rows = filtered(request.store, filters) if filters else of_store(request.store).none()
    found = keyset_page(with_names(rows), order_by=["-id"], cursor=request.GET.get("cursor"))
    now = timezone.now().replace(second=0, microsecond=0)
    shown = fingerprint([now.strftime("%H%M"), found.next_cursor, *map(row_fingerprint, found.items)])
    if already_shown(request, shown):
        return HttpResponse(status=204)
    narrowed = filters is None or filters.any
    context = {
        "form": form,
        "page": found,
        "rows": delivery_rows(found.items),
        "narrowed": narrowed,
        "none_yet": not found.items and (not narrowed or not has_any(request.store)),
        "updated_at": now,
        "fingerprint": shown,
        "retention_days": partial(retention_days, request.organization.pk),
    }
    return page(request, "webhooks/deliveries.html", context, partial="results")
