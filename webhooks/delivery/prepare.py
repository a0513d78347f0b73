"""What becomes of a delivery before it is sent: a request, or an outcome where there is none to make."""

from datetime import datetime

from webhooks.delivery.build import Built, CannotBuildError, NothingToSendError, build
from webhooks.delivery.fetch import DueDelivery
from webhooks.delivery.outcome import CANCELLED, EXHAUSTED, Outcome
from webhooks.delivery.targets import Target


def prepare(row: DueDelivery, target: Target, *, now: datetime) -> Built | Outcome:
    """Never raises: one provider's wrong answer, or one poison row, must not stop every tenant's deliveries."""
    try:
        return build(row, target, now=now)
    except NothingToSendError as nothing:
        return Outcome(CANCELLED, error="not_wanted", detail=str(nothing))
    except CannotBuildError as poison:
        return Outcome(EXHAUSTED, error=poison.reason, detail=str(poison))
    except Exception as error:  # noqa: BLE001
        return Outcome(EXHAUSTED, error="provider_failed", detail=type(error).__name__)
