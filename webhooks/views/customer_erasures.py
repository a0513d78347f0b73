"""Customers who were looked for, to be erased from stored orders, and the form that looks for another."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.lists import keyset_page
from backoffice.web.pages import page
from webhooks.canonical.personal import PERSONAL_FIELDS
from webhooks.erasure.asking import TooManyError, ask
from webhooks.erasure_form import ErasureForm
from webhooks.models import CustomerErasure


@organization_view(Permission.CUSTOMER_ERASE, methods=("GET", "POST"))
def customer_erasures(request: OrganizationRequest) -> HttpResponseBase:
    """A POST starts looking; nothing is erased before somebody has seen how much was found, and confirms it."""
    form = ErasureForm(request.POST if request.method == "POST" else None, organization=request.organization)
    if form.is_valid():
        try:
            made = ask(
                organization=request.organization,
                store=form.store,
                kind=form.cleaned_data["kind"],
                text=form.cleaned_data["wanted"],
                by=request.user,
            )
        except TooManyError as error:
            form.add_error(None, str(error))
        else:
            place = [request.organization.slug, made.public_id]
            return HttpResponseRedirect(reverse("webhooks:customer_erasure", args=place), status=303)
    listed = CustomerErasure.objects.filter(organization=request.organization).select_related("store", "created_by")
    context = {
        "form": form,
        "page": keyset_page(listed, order_by=["-id"], cursor=request.GET.get("cursor")),
        "fields": [field for field in PERSONAL_FIELDS if field.of_customer],
    }
    return page(request, "webhooks/customer_erasures.html", context, status=422 if form.is_bound else 200)
