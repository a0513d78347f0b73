"""The setup checklist of a store: what is done is computed from what there is, never ticked off by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.tenancy.audit import record
from backoffice.tenancy.models import Member, Store
from backoffice.tenancy.permissions import Permission
from integrations.models import ChecklistDismissal, Integration
from integrations.setup_facts import setup_facts


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `url` is where it is taken; "" for who may not take it."""

    name: str
    title: str
    text: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    """All steps, in the order in which they are taken."""

    steps: Sequence[Step]

    @property
    def done(self) -> list[str]:
        return [step.name for step in self.steps if step.done]

    @property
    def next(self) -> Step | None:
        """The step to take now."""
        return next((step for step in self.steps if not step.done), None)


def checklist_of(store: Store, member: Member, *, licensed: bool) -> Checklist | None:
    """None once everything is done, and for a member who dismissed it, unless something that was done then no longer is."""
    found = _all_steps(store, member, licensed)
    if found.next is None:
        return None
    dismissed = ChecklistDismissal.objects.filter(store=store, member=member).first()
    return None if dismissed and set(dismissed.done) <= set(found.done) else found


@transaction.atomic
def dismiss(*, store: Store, member: Member, licensed: bool, by: User) -> None:
    """Show `member` no checklist for this store, until something that is done now no longer is."""
    done = _all_steps(store, member, licensed).done
    kept, _new = ChecklistDismissal.objects.update_or_create(store=store, member=member, defaults={"done": done})
    record(action="checklist.dismissed", by=by, store=store, target=kept, changes={"done": done})


def _all_steps(store: Store, member: Member, licensed: bool) -> Checklist:
    facts = setup_facts(store)

    def step(name: str, title: str, text: str, route: str, permission: Permission, done: bool) -> Step:
        place = [store.organization.slug, *([] if route == "licensing:license" else [store.code])]
        return Step(name, title, text, reverse(route, args=place) if member.may(permission) else "", done)

    return Checklist(
        [
            step(
                "license",
                _("Give the store the Integration Hub"),
                _("A license of the organization is assigned to this store."),
                "licensing:license",
                Permission.LICENSE_ASSIGN,
                licensed,
            ),
            step(
                "integration",
                _("Add a first integration"),
                _("Choose one in the catalog, accept its terms and fill in its settings."),
                "integrations:catalog",
                Permission.INTEGRATION_MANAGE,
                Integration.objects.filter(store=store, deactivated_at=None, settings_saved_at__isnull=False).exists(),
            ),
            step(
                "endpoint",
                _("Add a first endpoint"),
                _(
                    "An address that this store's orders are sent to. An integration that takes orders brings one by itself."
                ),
                "webhooks:endpoint_add",
                Permission.ENDPOINT_MANAGE,
                facts.has_endpoint,
            ),
            step(
                "delivery",
                _("See a first order arrive"),
                _(
                    "Post orders with the developer API key; each delivery stands under Deliveries with what was answered."
                ),
                "webhooks:deliveries",
                Permission.DELIVERY_VIEW,
                facts.has_delivered,
            ),
        ]
    )
