"""Taking in a shop's order: an event only for a state that is new, stored together with the note that it was seen."""

from integrations.contract import ItemOutcome, OrderState, PulledOrder
from integrations.models import Integration, SeenOrder
from integrations.order_events import order_events
from integrations.pulled_orders import canonical, event_types


def take_in(integration: Integration, order: PulledOrder) -> ItemOutcome:
    """Stands in the caller's transaction, which holds the order's row against a second call with the same order.

    Raises ValueError for an order that cannot be an order event.
    """
    written = canonical(order, slug=integration.provider_slug, timezone=integration.store.timezone)
    seen, new = SeenOrder.objects.select_for_update().get_or_create(
        integration=integration,
        shop_id=order.id[:200],
        defaults={"state": order.state.value, "changed_at": order.updated_at},
    )
    if not new and order.updated_at <= seen.changed_at:
        return ItemOutcome.SKIPPED
    types = event_types(order.state, None if new else OrderState(seen.state))
    order_events().take_in(integration.store, types, written)
    if not new:
        seen.state, seen.changed_at = order.state.value, order.updated_at
        seen.save(update_fields=["state", "changed_at", "seen_at"])
    return ItemOutcome.CREATED if new else ItemOutcome.UPDATED
