"""The Developer API Key page: the store's keys, masked, with how much each is used."""

from django.conf import settings
from django.http import HttpResponseBase

from backoffice.accounts.reauthentication import is_fresh
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from integrations.key_rows import key_rows
from integrations.models import ApiKey
from licensing.entitlements import hub_required


@store_view(Permission.API_KEY_VIEW)
@hub_required
def api_keys(request: StoreRequest) -> HttpResponseBase:
    keys = ApiKey.objects.filter(store=request.store).select_related("created_by", "store")
    found = keyset_page(keys, order_by=["-id"], cursor=request.GET.get("cursor"))
    context = {
        "page": found,
        "rows": key_rows(found.items, organization=request.organization, store=request.store),
        "text": "",
        "fresh": is_fresh(request),
        "fresh_minutes": settings.ACCOUNT_REAUTHENTICATION_TIMEOUT // 60,
        "may_manage": request.member.may(Permission.API_KEY_MANAGE),
        "api_url": f"{settings.PUBLIC_URL}/api/v1/",
    }
    return page(request, "integrations/api_keys.html", context)
