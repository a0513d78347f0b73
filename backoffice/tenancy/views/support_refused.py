"""Why support that is signed in as a customer does not get what only the customer's own password opens."""

from django.http import HttpResponseBase
from django.shortcuts import redirect

from backoffice.accounts.impersonation import impersonation
from backoffice.tenancy.access import UserRequest, user_view
from backoffice.web.pages import page


@user_view()
def support_refused(request: UserRequest) -> HttpResponseBase:
    if impersonation(request) is None:
        return redirect("tenancy:start")
    return page(request, "tenancy/support_refused.html")
