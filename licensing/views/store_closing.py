"""Closing a store: what that does, the question, and the way back."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page
from licensing.closing import TooLateError, close_store, kept_until, reopen_store
from licensing.closing_form import StoreCodeForm
from licensing.entitlements import retention_days
from licensing.models import Assignment


@store_view(Permission.STORE_CLOSE, methods=("GET", "POST"))
def store_close(request: StoreRequest) -> HttpResponseBase:
    """The store's code is typed in, since so much stops by it."""
    form = StoreCodeForm(request.POST if request.method == "POST" else None, store=request.store)
    if form.is_valid():
        close_store(store=request.store, by=request.user)
        toasts.success(request, _("%(store)s is closed.") % {"store": request.store.name})
        return HttpResponseRedirect(request.store.get_absolute_url(), status=303)
    context = {
        "form": form,
        "seats": Assignment.objects.filter(store=request.store).select_related("license__add_on").order_by("pk"),
        "days": retention_days(request.organization.pk),
    }
    return page(request, "licensing/store_close.html", context, status=422 if form.is_bound else 200)


@store_view(Permission.STORE_CLOSE, methods=("GET", "POST"), when_closed=True)
def store_reopen(request: StoreRequest) -> HttpResponseBase:
    home = request.store.get_absolute_url()
    until = kept_until(request.store)
    if until is None:
        return redirect(home)
    if request.method != "POST":
        return page(request, "licensing/store_reopen.html", {"until": until})
    try:
        reopen_store(store=request.store, by=request.user)
    except TooLateError as error:
        toasts.warning(request, str(error))
        return HttpResponseRedirect(home, status=303)
    toasts.success(
        request, _("%(store)s is open again. Give it a license to have its hub back.") % {"store": request.store.name}
    )
    licenses = reverse("licensing:license", args=[request.organization.slug])
    return HttpResponseRedirect(f"{licenses}?q={request.store.code}", status=303)
