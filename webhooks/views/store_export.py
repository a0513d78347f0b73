"""All that is kept of a store, as one ZIP file for its owner."""

from django.http import HttpResponseBase
from django.utils import timezone

from backoffice.accounts.reauthentication import confirm_first, is_fresh
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.audit import record
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from backoffice.web.zip_files import zip_response
from webhooks.store_export.contents import files


@store_view(Permission.STORE_EXPORT, methods=("GET", "POST"), when_closed=True)
def store_export(request: StoreRequest) -> HttpResponseBase:
    """Says what is in it; a POST, once the password was confirmed, is the file itself. Each download is recorded.

    It is made while it is downloaded and kept nowhere, so there is no link to it that could leak or expire.
    """
    if request.method != "POST":
        return page(request, "webhooks/store_export.html", {"fresh": is_fresh(request)})
    if first := confirm_first(request, then=request.path):
        return first
    record(action="store.exported", by=request.user, store=request.store, target=request.store)
    now = timezone.now()
    name = f"store-{request.store.code.lower()}-{now:%Y-%m-%d}.zip"
    return zip_response(name, files(request.store), at=now)
