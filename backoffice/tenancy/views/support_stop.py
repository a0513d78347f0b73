"""Stop, in the banner of support that is signed in as a customer."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from backoffice.accounts.impersonation import impersonation
from backoffice.tenancy.access import UserRequest, user_view
from backoffice.tenancy.impersonation import GiveBackView


@user_view(methods=("POST",))
def support_stop(request: UserRequest) -> HttpResponseBase:
    """Back to the customer's page in the admin site; pressed once more, in another tab, it leads to the start page."""
    if impersonation(request) is None:
        return HttpResponseRedirect(reverse("tenancy:start"), status=303)
    given_back: HttpResponseBase = GiveBackView.as_view()(request)
    return given_back
