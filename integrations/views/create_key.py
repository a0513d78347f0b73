"""Making another developer API key."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.api_keys import create
from integrations.forms import CreateKeyForm
from licensing.entitlements import hub_required


@store_view(Permission.API_KEY_MANAGE, methods=("GET", "POST"))
@hub_required
def create_key(request: StoreRequest) -> HttpResponseBase:
    form = CreateKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        new = create(
            store=request.store, name=form.cleaned_data["name"], test=form.cleaned_data["test"], by=request.user
        )
        toasts.success(request, _("The key “%(name)s” was created. Press Show to read it.") % {"name": new.row.name})
        done = reverse("integrations:api_keys", args=[request.organization.slug, request.store.code])
        return HttpResponseRedirect(done, status=303)
    return page(request, "integrations/create_key.html", {"form": form}, status=422 if form.is_bound else 200)
