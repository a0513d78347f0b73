"""The Developer API Key page: the store's keys, masked, and showing one after the password was confirmed."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from backoffice.accounts.reauthentication import confirm_first, is_fresh
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations.api_keys import reveal
from integrations.models import ApiKey
from integrations.views.found import usable_key_or_404
from licensing.entitlements import hub_required


@store_view(Permission.API_KEY_VIEW)
@hub_required
def api_keys(request: StoreRequest) -> HttpResponseBase:
    return _page(request)


@store_view(Permission.API_KEY_MANAGE, methods=("POST",))
@hub_required
def show_key(request: StoreRequest, key: str) -> HttpResponseBase:
    """The key's text, in its place on the page; an HTMX request gets that place alone."""
    found = usable_key_or_404(request, key)
    if first := confirm_first(request, then=_address(request)):
        return first
    return _page(request, shown=found, text=reveal(key=found, by=request.user))


def _page(request: StoreRequest, *, shown: ApiKey | None = None, text: str = "") -> HttpResponse:
    found = keyset_page(
        ApiKey.objects.filter(store=request.store).select_related("created_by"),
        order_by=["-id"],
        cursor=request.GET.get("cursor"),
    )
    context = {
        "page": found,
        "shown": shown,
        "text": text,
        "key": shown,
        "fresh": is_fresh(request),
        "fresh_minutes": settings.ACCOUNT_REAUTHENTICATION_TIMEOUT // 60,
        "may_manage": request.member.may(Permission.API_KEY_MANAGE),
        "api_url": f"{settings.PUBLIC_URL}/api/v1/",
    }
    return page(request, "integrations/api_keys.html", context, partial="key_text" if shown else None)


def _address(request: StoreRequest) -> str:
    return reverse("integrations:api_keys", args=[request.organization.slug, request.store.code])
