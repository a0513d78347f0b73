"""Taking in a shop's order: an event only for a state that is new, stored together with the note that it was seen."""

from collections.abc import Collection

from integrations.contract import ItemOutcome, OrderState, PulledOrder
from integrations.models import Integration, SeenOrder
from integrations.order_events import order_events
from integrations.pulled_orders import canonical, event_types

_ID_LENGTH = 200


def seen_of(integration: Integration, order_ids: Collection[str]) -> frozenset[str]:
    """Those of a shop's orders that were taken in before."""
    kept = {order_id[:_ID_LENGTH]: order_id for order_id in order_ids}
    known = SeenOrder.objects.filter(integration=integration, shop_id__in=kept)
    return frozenset(kept[shop_id] for shop_id in known.values_list("shop_id", flat=True))


def take_in(integration: Integration, order: PulledOrder) -> ItemOutcome:
    """Stands in the caller's transaction, which holds the order's row against a second call with the same order.

    Raises ValueError for an order that cannot be an order event.
    """
    written = canonical(order, slug=integration.provider_slug, timezone=integration.store.timezone)
    seen, new = SeenOrder.objects.select_for_update().get_or_create(
        integration=integration,
        shop_id=order.id[:_ID_LENGTH],
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
