"""The two mails of an outage."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.web.mail import message
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
    """Send what is due of this outage, under its lock; a mail that is sent again after a kill carries the same Message-ID."""
    outage = (
        Outage.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("integration__store__organization")
        .filter(pk=outage_id)
        .first()
    )
    if outage is None:
        return
    if outage.began_told_at is None:
        compose(outage, over=False).send()
        outage.began_told_at = timezone.now()
    elif outage.ended_at is not None and outage.ended_told_at is None:
        compose(outage, over=True).send()
        outage.ended_told_at = timezone.now()
    outage.save(update_fields=["began_told_at", "ended_told_at"])


def compose(outage: Outage, *, over: bool) -> EmailMultiAlternatives:
    """The mail, as text and as HTML, with the store's clock."""
    integration = outage.integration
    store = integration.store
    words = _over(integration) if over else _failing(integration)
    place = [store.organization.slug, store.code, integration.public_id]
    context = {
        "words": words,
        "outage": outage,
        "over": over,
        "page_url": f"{settings.PUBLIC_URL}{reverse('integrations:configure', args=place)}?tab=action",
        "timezone": store.timezone,
    }
    with timezone.override(store.timezone):
        text, html = (render_to_string(f"integrations/mail/outage.{kind}", context) for kind in ("txt", "html"))
    identity = f"{outage.pk}.{'over' if over else 'began'}"
    return message(identity, to=outage.email, subject=words.subject, text=text, html=html)


def _failing(integration: Integration) -> Words:
    named = _names(integration)
    return Words(
        _("%(store)s: %(integration)s is failing") % named,
        _("%(integration)s does not work in %(store)s.") % named,
        _("It is tried again by itself, and orders are kept meanwhile. You get one more mail when it works again."),
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
