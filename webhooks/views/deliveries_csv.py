"""The deliveries that the filters in the address leave, as CSV."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.csv_files import csv_response
from licensing.entitlements import hub_required
from webhooks.delivery_csv import delivery_lines
from webhooks.filters import filter_form


@store_view(Permission.DELIVERY_VIEW)
@hub_required
def deliveries_csv(request: StoreRequest) -> HttpResponseBase:
    filters = filter_form(request.store, request.GET).filters()
    return csv_response(f"deliveries-{request.store.code.lower()}.csv", delivery_lines(request.store, filters))
