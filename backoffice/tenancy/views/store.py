"""A store's home page."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page


@store_view(Permission.STORE_VIEW, when_closed=True)
def store(request: StoreRequest) -> HttpResponseBase:
    """Also the page of a closed store, which says what became of it."""
    context = {
        "may_close": request.member.may(Permission.STORE_CLOSE),
        "may_export": request.member.may(Permission.STORE_EXPORT),
    }
    return page(request, "tenancy/store.html", context)
