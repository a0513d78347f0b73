"""Stopping mails from a link in one of them, without signing in."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from backoffice.tenancy.mails.choices import Chosen, Reach, choices_of, choose
from backoffice.tenancy.mails.links import read_token
from backoffice.tenancy.mails.topics import Topic, find_topic
from backoffice.tenancy.models import Member
from backoffice.tenancy.transactions import tenant_transaction
from backoffice.web.pages import page


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponseBase:
    """A GET asks, since programs that scan mails follow links; a POST stops this one topic of this one member.

    Mail programs post here by themselves (RFC 8058), without a session: the signature in the address is the whole of their right,
    and all it opens is stopping these mails. Whether the member is still there is not told.
    """
    stop = read_token(token)
    topic = find_topic(stop.topic) if stop else None
    if stop is None or topic is None or topic.always is not None:
        return page(request, "tenancy/mail_stop.html", {"unknown": True}, status=404)
    with tenant_transaction(stop.organization_id):
        members = Member.objects.filter(pk=stop.member_id, organization_id=stop.organization_id)
        member = members.select_related("organization", "user").first()
        stopped = member is None or choices_of(member, [topic])[topic.code].reach == Reach.NONE
        if request.method == "POST" and member is not None and not stopped:
            _stop(member, topic)
            stopped = True
    context = {
        "topic": topic,
        "member": member,
        "stopped": stopped,
        "choices_url": reverse("tenancy:mail_choices", args=[member.organization.slug]) if member else "",
    }
    return page(request, "tenancy/mail_stop.html", context)


def _stop(member: Member, topic: Topic) -> None:
    choose(member=member, wanted={topic: Chosen(Reach.NONE)}, by=member.user, how="link in a mail")
