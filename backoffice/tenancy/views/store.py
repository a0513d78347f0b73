"""A store's home page."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page


@store_view(Permission.STORE_VIEW)
def store(request: StoreRequest) -> HttpResponseBase:
    return page(request, "tenancy/store.html")
