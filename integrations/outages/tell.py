"""The two mails of an outage: to the integration's own address, and to members who asked for them."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.tenancy.mails.links import Foot
from backoffice.tenancy.mails.outbox import Kind, Letter, put
from backoffice.tenancy.mails.topics import Topic
from backoffice.tenancy.models import Mail
from backoffice.tenancy.permissions import Permission
from integrations.catalog import all_providers
from integrations.models import Integration, Outage


@dataclass(frozen=True, slots=True)
class Words:
    """What the mail says: in its subject, first, and of what comes next."""

    subject: str
    lead: str
    next: str


@transaction.atomic
def tell(outage_id: uuid.UUID) -> None:
    """Put what is due of this outage into the outbox, under its lock."""
    outage = (
        Outage.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("integration__store__organization")
        .filter(pk=outage_id)
        .first()
    )
    if outage is None:
        return
    if outage.began_told_at is None:
        _put(outage, FAILING_MAIL)
        outage.began_told_at = timezone.now()
    elif outage.ended_at is not None and outage.ended_told_at is None:
        _put(outage, WORKS_AGAIN_MAIL)
        outage.ended_told_at = timezone.now()
    outage.save(update_fields=["began_told_at", "ended_told_at"])


def _put(outage: Outage, kind: Kind) -> None:
    store = outage.integration.store
    addresses = [outage.email] if outage.email else []
    put(kind, about=str(outage.pk), organization=store.organization, store=store, addresses=addresses)


def _compose(mail: Mail, foot: Foot | None) -> Letter | None:
    """The mail, as text and as HTML, with the store's clock."""
    found = Outage.objects.select_related("integration__store__organization").filter(pk=mail.about).first()
    if found is None:
        return None
    over, integration = mail.kind == WORKS_AGAIN_MAIL.code, found.integration
    store = integration.store
    words = _over(integration) if over else _failing(integration, again=foot is None)
    place = [store.organization.slug, store.code, integration.public_id]
    context = {
        "words": words,
        "outage": found,
        "over": over,
        "page_url": f"{settings.PUBLIC_URL}{reverse('integrations:configure', args=place)}?tab=action",
        "timezone": store.timezone,
        "foot": foot,
    }
    with timezone.override(store.timezone):
        text, html = (render_to_string(f"integrations/mail/outage.{kind}", context) for kind in ("txt", "html"))
    return Letter(words.subject, text, html)


def _failing(integration: Integration, *, again: bool) -> Words:
    """`again`: whether the reader is told as well when it works again, as the integration's own address always is."""
    named = _names(integration)
    return Words(
        _("%(store)s: %(integration)s is failing") % named,
        _("%(integration)s does not work in %(store)s.") % named,
        _("It is tried again by itself, and orders are kept meanwhile. You get one more mail when it works again.")
        if again
        else _("It is tried again by itself, and orders are kept meanwhile."),
    )


def _over(integration: Integration) -> Words:
    named = _names(integration)
    return Words(
        _("%(store)s: %(integration)s works again") % named,
        _("%(integration)s works again in %(store)s.") % named,
        _("What had failed by then is listed on its Action tab, where it can be done again."),
    )


def _names(integration: Integration) -> dict[str, str]:
    provider = all_providers().get(integration.provider_slug)
    return {
        "store": " ".join(integration.store.name.split()),
        "integration": str(provider.name) if provider else integration.provider_slug,
    }


_SECTION = gettext_lazy("Integrations")
FAILING = Topic(
    "integration_failing",
    section=_SECTION,
    name=gettext_lazy("An integration is failing"),
    meaning=gettext_lazy("Once it has not worked for ten minutes, with the reason and what to do."),
    permission=Permission.HUB_VIEW,
    usual=None,
)
WORKS_AGAIN = Topic(
    "integration_works_again",
    section=_SECTION,
    name=gettext_lazy("An integration works again"),
    meaning=gettext_lazy("After it had been failing."),
    permission=Permission.HUB_VIEW,
    usual=None,
)
TOPICS = (FAILING, WORKS_AGAIN)
FAILING_MAIL = Kind("integrations.failing", _compose, FAILING)
WORKS_AGAIN_MAIL = Kind("integrations.works_again", _compose, WORKS_AGAIN)
KINDS = (FAILING_MAIL, WORKS_AGAIN_MAIL)
