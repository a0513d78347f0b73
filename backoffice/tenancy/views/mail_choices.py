"""Which mails a member gets from an organization."""

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.tenancy.access import OrganizationRequest, organization_view
from backoffice.tenancy.mail_form import MailForm
from backoffice.tenancy.mails.choices import choices_of, choose
from backoffice.tenancy.mails.topics import topics_for
from backoffice.tenancy.permissions import Permission
from backoffice.web import toasts
from backoffice.web.pages import page


@organization_view(Permission.ORGANIZATION_VIEW, methods=("GET", "POST"))
def mail_choices(request: OrganizationRequest) -> HttpResponseBase:
    """Of the signed-in member alone: nobody chooses for another."""
    topics = topics_for(request.member)
    chosen = choices_of(request.member, topics)
    data = request.POST if request.method == "POST" else None
    form = MailForm(data, member=request.member, topics=topics, chosen=chosen)
    if form.is_valid():
        choose(member=request.member, wanted=form.wanted, by=request.user)
        toasts.success(request, _("Your choice of mails was saved."))
        return HttpResponseRedirect(reverse("tenancy:mail_choices", args=[request.organization.slug]), status=303)
    return page(request, "tenancy/mail_choices.html", {"form": form}, status=422 if form.is_bound else 200)
