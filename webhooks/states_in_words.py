"""The state of a delivery, an attempt or an endpoint as a badge: words first, then an icon and a colour that repeat them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from webhooks.models import Attempt, Delivery, Endpoint


@dataclass(frozen=True, slots=True)
class Badge:
    """What the `badge` tag is given."""

    text: str
    kind: str
    icon: str = ""


def delivery_badge(delivery: Delivery) -> Badge:
    match delivery.state:
        case Delivery.State.DUE if delivery.attempt_count:
            return Badge(_("Retrying"), "warning", "rotate-cw")
        case Delivery.State.DUE:
            return Badge(_("Waiting"), "progress")
        case Delivery.State.DELIVERED:
            return Badge(_("Delivered"), "success")
        case Delivery.State.EXHAUSTED:
            return Badge(_("Failed"), "danger")
        case Delivery.State.PARKED:
            return Badge(_("Parked"), "paused")
        case _:
            return Badge(_("Stopped"), "neutral", "circle-stop")


def is_finished(delivery: Delivery) -> bool:
    """Nothing more happens by itself. A parked one goes on when its endpoint does, so pages keep watching it."""
    return delivery.state in {Delivery.State.DELIVERED, Delivery.State.EXHAUSTED, Delivery.State.CANCELLED}


def state_meaning(delivery: Delivery) -> str:
    """A sentence on what the state means for this delivery."""
    match delivery.state:
        case Delivery.State.DUE if delivery.attempt_count:
            return _("The last attempt failed. It is tried again by itself.")
        case Delivery.State.DUE:
            return _("It is sent as soon as a worker takes it, usually within a second.")
        case Delivery.State.DELIVERED:
            return _("The receiver confirmed it.")
        case Delivery.State.EXHAUSTED:
            return _("Every attempt failed, or the receiver can never take it. It is not tried again by itself.")
        case Delivery.State.PARKED:
            return _(
                "The endpoint is paused, switched off or not licensed. It is kept, and sent once the endpoint goes on."
            )
        case _:
            return _("Somebody stopped the retries.")


def attempt_badge(attempt: Attempt) -> Badge:
    if attempt.late:
        return Badge(_("Late, not counted"), "neutral", "hourglass")
    if attempt.status is not None and 200 <= attempt.status < 300:
        return Badge(str(attempt.status), "success")
    if attempt.status is not None:
        return Badge(str(attempt.status), "danger")
    return Badge(_("No answer"), "danger")


def endpoint_badge(endpoint: Endpoint) -> Badge:
    """Reads `endpoint.integration`: fetch it for a list."""
    if endpoint.integration is not None and endpoint.integration.deactivated_at is not None:
        return Badge(_("Deactivated"), "paused")
    match endpoint.state:
        case Endpoint.State.ENABLED:
            return Badge(_("Enabled"), "success")
        case Endpoint.State.PAUSED:
            return Badge(_("Paused"), "paused")
        case _:
            return Badge(_("Switched off"), "danger", "octagon-x")
