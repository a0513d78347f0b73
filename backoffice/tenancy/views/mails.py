"""From the account's menu to the mails of an organization: to the only one, or to a choice of them."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from backoffice.tenancy.access import UserRequest, user_view
from backoffice.tenancy.models import Organization
from backoffice.web.pages import page


@user_view()
def mails(request: UserRequest) -> HttpResponseBase:
    found = list(Organization.objects.of_user(request.user.pk)[:100])
    if len(found) == 1:
        return HttpResponseRedirect(reverse("tenancy:mail_choices", args=[found[0].slug]), status=303)
    return page(request, "tenancy/mails.html", {"organizations": found})
