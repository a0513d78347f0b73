"""From the account's menu to the mails of an organization: to the only one, or to a choice of them."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from backoffice.tenancy.access import UserRequest, user_view
from backoffice.tenancy.memberships import memberships_of
from backoffice.web.pages import page


@user_view()
def mails(request: UserRequest) -> HttpResponseBase:
    found = [member.organization for member in memberships_of(request.user.pk, most=100)]
    if len(found) == 1:
        return HttpResponseRedirect(reverse("tenancy:mail_choices", args=[found[0].slug]), status=303)
    return page(request, "tenancy/mails.html", {"organizations": found})
