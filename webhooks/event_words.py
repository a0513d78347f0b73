"""The order events in the words store owners know from their order webhook page, beside the technical names."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from webhooks.event_types import Channel, EventType
from webhooks.opened_orders import OPEN, SWITCHES, THIRD


@dataclass(frozen=True, slots=True)
class EventWords:
    """How one event is called on pages and what makes it happen."""

    type: EventType
    name: Promise
    meaning: Promise


EVENT_WORDS: dict[str, EventWords] = {
    words.type: words
    for words in (
        EventWords(
            EventType.ORDER_OPENED,
            _("Open Order"),
            _("A new order. Orders placed at the point of sale are the ones known as “3rd Order”."),
        ),
        EventWords(
            EventType.ORDER_UPDATED,
            _("Update Order"),
            _("Anything changed on an open order: an item, the table, a guest."),
        ),
        EventWords(
            EventType.ORDER_CLOSED, _("Close Order"), _("An order was paid and closed; sends the closed order.")
        ),
        EventWords(EventType.ORDER_VOIDED, _("Void Order"), _("An order was voided as a whole.")),
        EventWords(
            EventType.ORDER_REFUNDED, _("Refund Order"), _("Money went back to the customer, in full or in part.")
        ),
        EventWords(
            EventType.ORDER_STATUS_CHANGED,
            _("Order Status"),
            _("An order moved on: sent, preparing, ready, handed off."),
        ),
        EventWords(EventType.WEBHOOK_TEST, _("Test"), _("A made-up order, sent to try an endpoint.")),
    )
}

_OPENED = {
    OPEN: replace(
        EVENT_WORDS[OPEN],
        meaning=_("A new order from any channel but the point of sale: online, by phone, at a kiosk."),
    ),
    THIRD: EventWords(
        EventType.ORDER_OPENED,
        _("3rd Order"),
        _("A new order placed at the point of sale. It is sent as an opened order whose channel is pos."),
    ),
}
#: What pages call each switch, in the order they list them.
SWITCH_WORDS: dict[str, EventWords] = {switch: _OPENED.get(switch) or EVENT_WORDS[switch] for switch in SWITCHES}

#: Where the manual's vocabulary calls a channel by a name of its own.
CHANNEL_NOTES: dict[str, Promise] = {Channel.POS: _("known as “3rd Order”")}


def words(event_type: str, channel: str = "") -> EventWords:
    """Of an event as it happened: an opened order of the point of sale is a “3rd Order”."""
    return SWITCH_WORDS[THIRD] if event_type == OPEN and channel == Channel.POS else EVENT_WORDS[event_type]


def in_order(switches: Iterable[str]) -> list[EventWords]:
    """The words of `switches` in the order pages list them."""
    chosen = set(switches)
    return [SWITCH_WORDS[switch] for switch in SWITCHES if switch in chosen]
