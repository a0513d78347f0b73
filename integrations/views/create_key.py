"""Making another developer API key."""

from zoneinfo import ZoneInfo

from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from backoffice.accounts.impersonation import refused_to_support
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.api_keys import create_as
from integrations.key_forms import KeyForm
from integrations.key_rows import store_links
from licensing.entitlements import hub_required


@store_view(Permission.API_KEY_MANAGE, methods=("GET", "POST"))
@hub_required
def create_key(request: StoreRequest) -> HttpResponseBase:
    if refused := refused_to_support(request):
        return refused
    form = KeyForm(request.POST if request.method == "POST" else None, zone=ZoneInfo(request.store.timezone))
    if form.is_valid():
        new = create_as(store=request.store, wishes=form.wishes(), test=form.cleaned_data["test"], by=request.user)
        toasts.success(request, _("The key “%(name)s” was created. Press Show to read it.") % {"name": new.row.name})
        links = store_links(request.store, request.organization, new.row.public_id)
        return HttpResponseRedirect(links.detail, status=303)
    return page(request, "integrations/create_key.html", {"form": form}, status=422 if form.is_bound else 200)
