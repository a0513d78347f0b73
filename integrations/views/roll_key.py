"""Rolling a developer API key: a new one in its place, while the old one keeps working for a chosen time."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.reauthentication import confirm_first
from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.api_keys import roll
from integrations.forms import RollKeyForm
from integrations.views.found import usable_key_or_404
from licensing.entitlements import hub_required


@store_view(Permission.API_KEY_MANAGE, methods=("GET", "POST"))
@hub_required
def roll_key(request: StoreRequest, key: str) -> HttpResponseBase:
    found = usable_key_or_404(request, key)
    if first := confirm_first(request, then=request.path):
        return first
    form = RollKeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        roll(key=found, overlap=form.overlap_time, by=request.user)
        toasts.success(
            request, _("The key “%(name)s” was rolled. Press Show to read the new one.") % {"name": found.name}
        )
        done = reverse("integrations:api_keys", args=[request.organization.slug, request.store.code])
        return HttpResponseRedirect(done, status=303)
    return page(
        request, "integrations/roll_key.html", {"form": form, "key": found}, status=422 if form.is_bound else 200
    )
