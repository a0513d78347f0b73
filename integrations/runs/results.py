"""The mail that tells whoever started a run by hand how it ended."""

from django.conf import settings
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
from integrations.models import Run, RunState, Trigger

#: Runs that somebody waits for. What the clock starts tells by the integration's health alone.
_BY_HAND = (Trigger.MANUAL, Trigger.RETRY)


def note_result(run: Run, state: RunState) -> None:
    """In the transaction that ends the run. Whoever cancelled one knows."""
    if run.started_by_id is None or run.trigger not in _BY_HAND or state == RunState.CANCELLED:
        return
    store = run.integration.store
    put(KIND, about=str(run.pk), organization=store.organization, store=store, only_user=run.started_by_id)


def _compose(mail: Mail, foot: Foot | None) -> Letter | None:
    run = Run.objects.select_related("integration__store__organization").filter(pk=mail.about).first()
    if run is None:
        return None
    integration, store = run.integration, run.integration.store
    provider = all_providers().get(integration.provider_slug)
    action = next((one for one in provider.actions if one.name == run.action), None) if provider else None
    named = {
        "store": " ".join(store.name.split()),
        "integration": str(provider.name) if provider else integration.provider_slug,
        "action": str(action.label) if action else run.action,
        "state": run.get_state_display(),
    }
    place = [store.organization.slug, store.code, run.public_id]
    context = {
        **named,
        "run": run,
        "foot": foot,
        "timezone": store.timezone,
        "page_url": settings.PUBLIC_URL + reverse("integrations:run", args=place),
    }
    with timezone.override(store.timezone):
        text, html = (render_to_string(f"integrations/mail/run_ended.{kind}", context) for kind in ("txt", "html"))
    return Letter(_("%(store)s: %(action)s of %(integration)s ended: %(state)s") % named, text, html)


TOPIC = Topic(
    "run_results",
    section=gettext_lazy("Integrations"),
    name=gettext_lazy("What you started has ended"),
    meaning=gettext_lazy("How an action ended that you started by hand: what was done, and what failed."),
    permission=Permission.INTEGRATION_MANAGE,
    usual=None,
)
KIND = Kind("integrations.run_ended", _compose, TOPIC)
