"""Where sign-in leads: to the only store or organization, or to a choice of them."""

from django.http import HttpResponseBase
from django.shortcuts import redirect

from backoffice.tenancy.access import UserRequest, user_view
from backoffice.tenancy.memberships import memberships_of
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web.pages import page


@user_view()
def start(request: UserRequest) -> HttpResponseBase:
    members = memberships_of(request.user.pk, most=100)
    if len(members) == 1:
        member = members[0]
        with tenant_transaction(member.organization_id):
            stores = list(member.stores().by_name()[:2])
        if len(stores) == 1:
            stores[0].organization = member.organization
            return redirect(stores[0])
        return redirect(member.organization)
    return page(request, "tenancy/start.html", {"members": members})
