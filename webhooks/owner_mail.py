"""What members can be mailed about endpoints: the topics, and the words of each mail."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.tenancy.mails.links import Foot
from backoffice.tenancy.mails.outbox import Kind, Letter
from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import Mail
from backoffice.tenancy.permissions import Permission
from webhooks.errors_in_words import explanation
from webhooks.models import Delivery, Endpoint, OwnerNotice

Step = OwnerNotice.Step


@dataclass(frozen=True, slots=True)
class Words:
    """What the mail says: in its subject, first, and of what comes next."""

    subject: str
    lead: str
    next: str


def compose(mail: Mail, foot: Foot | None) -> Letter | None:
    """The mail, as text and as HTML, with the store's clock; None of an endpoint that was deleted meanwhile."""
    places = OwnerNotice.objects.select_related("endpoint__store__organization", "endpoint__organization")
    notice = places.filter(pk=mail.about, endpoint__deleted_at__isnull=True).first()
    if notice is None or mail.user is None:
        return None
    endpoint = notice.endpoint
    words = words_of(notice)
    zone = endpoint.store.timezone if endpoint.store else "UTC"
    context = {
        "words": words,
        "endpoint": endpoint,
        "user": mail.user,
        "foot": foot,
        "failing_since": notice.failing_since,
        "recovered": notice.step == Step.RECOVERED,
        "reason": notice.detail or _last_error(endpoint),
        "page_url": settings.PUBLIC_URL + _path(endpoint),
        "timezone": zone,
    }
    with timezone.override(zone):
        text, html = (render_to_string(f"webhooks/mail/owner_notice.{kind}", context) for kind in ("txt", "html"))
    return Letter(words.subject, text, html)


def words_of(notice: OwnerNotice) -> Words:
    """By step. Names stand in the subject on one line, whatever their owner typed."""
    named = {"store": " ".join(_place(notice.endpoint).split()), "endpoint": _name(notice.endpoint)}
    match notice.step:
        case Step.HOUR:
            return Words(
                _("%(store)s: order webhook has been failing for an hour") % named,
                _("Orders of %(store)s have not reached %(endpoint)s for an hour.") % named,
                _("Nothing is lost: each order is kept and tried again by itself."),
            )
        case Step.DAY:
            return Words(
                _("%(store)s: order webhook has been failing for a day") % named,
                _("Orders of %(store)s have not reached %(endpoint)s for a day.") % named,
                _("Each order is tried again for about three days. Those that were given up can be sent again later."),
            )
        case Step.THREE_DAYS:
            return Words(
                _("%(store)s: order webhook has been failing for three days") % named,
                _("Orders of %(store)s have not reached %(endpoint)s for three days.") % named,
                _(
                    "After five days without a success the endpoint is switched off. Orders are then kept until it is resumed."
                ),
            )
        case Step.DISABLED:
            return Words(
                _("%(store)s: order webhook was switched off") % named,
                _("%(endpoint)s gets no more orders of %(store)s: it was switched off.") % named,
                _("New orders are kept for it. Correct the receiver and press Resume: they are sent then."),
            )
        case _:
            return Words(
                _("%(store)s: order webhook delivers again") % named,
                _("Orders of %(store)s reach %(endpoint)s again.") % named,
                _(
                    "What waited is sent by itself. To send again what was given up, use Recover on the endpoint's page."
                ),
            )


def _name(endpoint: Endpoint) -> str:
    return " ".join(str(endpoint).split())[:200]


def _place(endpoint: Endpoint) -> str:
    """The name of the store, or of the organization whose endpoint it is."""
    return str((endpoint.store or endpoint.organization).name)  # type: ignore[union-attr]  # it has one of them


def _path(endpoint: Endpoint) -> str:
    store = endpoint.store
    if store is None:
        assert endpoint.organization is not None  # noqa: S101  # the database holds it
        return reverse("webhooks:organization_endpoint", args=[endpoint.organization.slug, endpoint.public_id])
    return reverse("webhooks:endpoint", args=[store.organization.slug, store.code, endpoint.public_id])


def _last_error(endpoint: Endpoint) -> str:
    """Of the newest delivery, why it did not arrive, in words; "" where it did."""
    last = Delivery.objects.filter(endpoint=endpoint).order_by("-id").first()
    told = explanation(status=last.last_status, error=last.last_error, detail=last.last_error_detail) if last else None
    return " ".join(filter(None, (told.what, told.cause, told.advice))) if told else ""


_SECTION = gettext_lazy("Order webhooks")
FAILING = Topic(
    "webhook_failing",
    section=_SECTION,
    name=gettext_lazy("An order webhook is failing"),
    meaning=gettext_lazy("After an hour, a day and three days in which nothing was delivered."),
    permission=Permission.DELIVERY_VIEW,
    usual=Permission.ENDPOINT_MANAGE,
)
SWITCHED_OFF = Topic(
    "webhook_switched_off",
    section=_SECTION,
    name=gettext_lazy("An order webhook was switched off"),
    meaning=gettext_lazy("After five days without a success, or because the receiver asked for it."),
    permission=Permission.DELIVERY_VIEW,
    usual=Permission.ENDPOINT_MANAGE,
)
DELIVERS_AGAIN = Topic(
    "webhook_delivers_again",
    section=_SECTION,
    name=gettext_lazy("An order webhook delivers again"),
    meaning=gettext_lazy("Once orders arrive after it had been failing."),
    permission=Permission.DELIVERY_VIEW,
    usual=Permission.ENDPOINT_MANAGE,
)
TOPICS = (FAILING, SWITCHED_OFF, DELIVERS_AGAIN)

_FAILING_MAIL = Kind("webhooks.failing", compose, FAILING)
KINDS = {
    Step.HOUR: _FAILING_MAIL,
    Step.DAY: _FAILING_MAIL,
    Step.THREE_DAYS: _FAILING_MAIL,
    Step.DISABLED: Kind("webhooks.switched_off", compose, SWITCHED_OFF),
    Step.RECOVERED: Kind("webhooks.delivers_again", compose, DELIVERS_AGAIN),
}
