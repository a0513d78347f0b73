"""One developer API key of a store: what it may do, how it is used, and what can be done with it."""

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from integrations.views import key_pages
from integrations.views.found import key_or_404, usable_key_or_404
from licensing.entitlements import hub_required

_TEMPLATE = "integrations/key.html"


@store_view(Permission.API_KEY_VIEW)
@hub_required
def key(request: StoreRequest, key: str) -> HttpResponseBase:
    found = key_or_404(request, key)
    may_manage = request.member.may(Permission.API_KEY_MANAGE)
    return key_pages.detail(request, found, store=request.store, template=_TEMPLATE, may_manage=may_manage)


@store_view(Permission.API_KEY_MANAGE, methods=("POST",))
@hub_required
def show_key(request: StoreRequest, key: str) -> HttpResponseBase:
    """The key's text, in its place on the page; an HTMX request gets that place alone."""
    found = usable_key_or_404(request, key)
    return key_pages.show(request, found, store=request.store, template=_TEMPLATE)
