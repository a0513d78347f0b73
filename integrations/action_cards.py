"""The Action tab's view models: each action with its form and its schedule, and what a provider shows of recent orders."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.action_forms import ActionForm, ScheduleForm
from integrations.contract import Action, OrderCard, Provider
from integrations.models import ActionSchedule, ActionState, Integration
from integrations.order_events import order_events
from integrations.values import values_of

#: So many orders are shown, of the newest events that are looked through for them.
ORDERS_SHOWN = 12
_EVENTS_READ = 200


@dataclass(frozen=True, slots=True)
class ActionCard:
    """One action as it stands. `state` and `schedule` are None before its first run and before one was chosen."""

    action: Action
    form: ActionForm
    schedule_form: ScheduleForm | None
    schedule: ActionSchedule | None
    state: ActionState | None


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """`picture_url` is the card's picture as an address that an image can have."""

    card: OrderCard
    picture_url: str


def action_cards(integration: Integration, provider: Provider) -> list[ActionCard]:
    """In two queries, however many actions there are."""
    schedules = {schedule.action: schedule for schedule in integration.schedules.all()}
    states = {state.action: state for state in integration.action_states.all()}
    return [
        ActionCard(
            action=action,
            form=ActionForm(action=action),
            schedule_form=schedule_form(integration, action, schedules.get(action.name)),
            schedule=schedules.get(action.name),
            state=states.get(action.name),
        )
        for action in provider.actions
    ]


def schedule_form(integration: Integration, action: Action, schedule: ActionSchedule | None) -> ScheduleForm | None:
    """None where the action runs on demand only."""
    if not action.schedules:
        return None
    return ScheduleForm(action=action, schedule=schedule, timezone=integration.store.timezone)


def shown_orders(integration: Integration, provider: Provider) -> Sequence[ShownOrder]:
    """The provider's cards of the store's recent orders; asked for only where it makes any."""
    if type(provider).order_cards is Provider.order_cards or integration.settings_saved_at is None:
        return ()
    recent = list(order_events().recent(integration.store, most=_EVENTS_READ))
    values = values_of([integration])[integration.pk]
    return [ShownOrder(card, _picture(card.picture)) for card in provider.order_cards(recent, values)[:ORDERS_SHOWN]]


def _picture(svg: str) -> str:
    """As an image: a picture from outside of this page's own markup can do nothing to it. Alone, SVG must name its namespace."""
    if not svg:
        return ""
    if "xmlns=" not in svg:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
