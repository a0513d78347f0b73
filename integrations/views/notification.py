"""Who gets a mail when an integration starts failing: the form alone, which the Action tab shows as well."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from integrations.action_forms import NotificationForm
from integrations.outages.changes import set_notification_email
from integrations.views.found import integration_or_404
from licensing.entitlements import hub_required


@store_view(Permission.INTEGRATION_MANAGE, methods=("GET", "POST"))
@hub_required
def notification(request: StoreRequest, integration: str) -> HttpResponseBase:
    found = integration_or_404(request, integration)
    if request.method == "POST":
        form = NotificationForm(request.POST)
    else:
        form = NotificationForm(initial={"notification_email": found.notification_email})
    if not form.is_bound or not form.is_valid():
        context = {"integration": found, "form": form}
        return page(request, "integrations/notification.html", context, status=422 if form.is_bound else 200)
    email = form.cleaned_data["notification_email"]
    set_notification_email(integration=found, email=email, by=request.user)
    words = (
        _("%(email)s gets a mail when this integration fails.")
        if email
        else _("Nobody gets a mail about this integration.")
    )
    toasts.success(request, words % {"email": email})
    place = [request.organization.slug, request.store.code, found.public_id]
    return HttpResponseRedirect(reverse("integrations:configure", args=place) + "?tab=action", status=303)
