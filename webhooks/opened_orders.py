"""The product family's two switches for one event: “Open Order” from any channel but the point of sale, “3rd Order” from there."""

from collections.abc import Collection, Iterable

from webhooks.event_types import ORDER_EVENT_TYPES, Channel, EventType, OpenedFrom

#: What pages call `order.opened` of the point of sale; every other switch is called as its event.
THIRD = f"{EventType.ORDER_OPENED}:{Channel.POS}"
OPEN = EventType.ORDER_OPENED.value
#: The switches in the order pages list them.
SWITCHES: tuple[str, ...] = (OPEN, THIRD, *(event.value for event in ORDER_EVENT_TYPES if event.value != OPEN))


def switched_on(event_types: Iterable[str], opened_from: str) -> set[str]:
    """The switches that are on for an endpoint with these events."""
    on = {str(event) for event in event_types}
    if OPEN in on:
        on |= {THIRD}
        on -= {OpenedFrom.POS: {OPEN}, OpenedFrom.ELSEWHERE: {THIRD}}.get(OpenedFrom(opened_from), set())
    return on


def as_stored(switches: Collection[str]) -> tuple[list[str], OpenedFrom]:
    """The events, and which opened orders, that these switches ask for."""
    events = [
        event.value
        for event in ORDER_EVENT_TYPES
        if event.value in switches or (event.value == OPEN and THIRD in switches)
    ]
    if (OPEN in switches) == (THIRD in switches):
        return events, OpenedFrom.ANYWHERE
    return events, OpenedFrom.POS if THIRD in switches else OpenedFrom.ELSEWHERE


def left_out(switch: str, channels: Collection[str]) -> bool:
    """Whether an endpoint's channels leave out all that the switch asks for; without channels it gets those of every one."""
    if not channels:
        return False
    pos = {channel for channel in channels if channel == Channel.POS}
    return not pos if switch == THIRD else switch == OPEN and len(pos) == len(set(channels))


def opened_from_sql(event: str, opened_from: str) -> str:
    """An expression: whether the row `event`, with its type and channel, is none that `opened_from` leaves out."""
    return f"""({event}.type <> '{OPEN}' OR {event}.channel = '' OR {opened_from} = '{OpenedFrom.ANYWHERE.value}'
        OR ({event}.channel = '{Channel.POS.value}') = ({opened_from} = '{OpenedFrom.POS.value}'))"""  # nothing but constants is put in
