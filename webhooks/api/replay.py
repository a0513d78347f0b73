"""`deliveries/{id}/resend` and what an endpoint can be asked to do: test, recover, rotate its secret."""

from datetime import timedelta

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from backoffice.database.identifiers import public_id
from integrations.models.api_key import Scope
from webhooks import endpoints, recovery, replay, signing_keys
from webhooks.api import bodies
from webhooks.api.answers import answer, moment
from webhooks.api.authentication import ApiRequest, actor
from webhooks.api.calls import store_call
from webhooks.api.declarations import declared
from webhooks.api.owned import delivery_of, managed_endpoint_of
from webhooks.api.problems import FieldError, ProblemCode, ProblemError
from webhooks.api.replay_schemas import (
    DeliveryStarted,
    RecoverPost,
    RecoveryAnswer,
    RecoveryStarted,
    RolledSecret,
    RollPost,
    StartedDelivery,
)
from webhooks.models import Delivery

router = Router(tags=["Webhooks"])

_WITHOUT_BODY = (400, 401, 403, 404, 429, 503)
_WITH_BODY = (400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
MAX_BYTES = 4096


@router.post(
    "deliveries/{delivery_id}/resend",
    operation_id="resend_delivery",
    summary="Send a delivery again",
    response={202: DeliveryStarted},
    openapi_extra=declared(scope=Scope.WEBHOOKS_WRITE, problems=(*_WITHOUT_BODY, 409)),
)
@store_call(Scope.WEBHOOKS_WRITE)
def resend_delivery(request: ApiRequest, delivery_id: str) -> HttpResponse:
    """Deliver the same event to the same endpoint once more: a new delivery with the event's id and normal retries.

    409 while the delivery has a try of its own to come, and where its endpoint or its order is no longer kept.
    """
    delivery = delivery_of(request, delivery_id)
    try:
        made = replay.resend(delivery=delivery, by=actor(request))
    except (replay.NotFinishedError, replay.GoneError) as error:
        raise ProblemError(ProblemCode.CANNOT_RESEND, str(error)) from None
    return answer(_started(made), status=202)


@router.post(
    "webhook-endpoints/{endpoint_id}/test",
    operation_id="test_webhook_endpoint",
    summary="Send a test event",
    response={202: DeliveryStarted},
    openapi_extra=declared(scope=Scope.WEBHOOKS_WRITE, problems=(*_WITHOUT_BODY, 409)),
)
@store_call(Scope.WEBHOOKS_WRITE)
def send_webhook_test(request: ApiRequest, endpoint_id: str) -> HttpResponse:
    """Send a signed `webhook.test` event to this endpoint alone. Its first success confirms the endpoint's URL.

    An endpoint of the organization, which a key of the organization may test, is sent a test order of the store that the call names.
    """
    endpoint = managed_endpoint_of(request, endpoint_id)
    return answer(_started(endpoints.send_test(endpoint=endpoint, store=request.store, by=actor(request))), status=202)


@router.post(
    "webhook-endpoints/{endpoint_id}/recover",
    operation_id="recover_webhook_endpoint",
    summary="Send again what was missed",
    response={202: RecoveryStarted},
    openapi_extra=declared(scope=Scope.WEBHOOKS_WRITE, body=RecoverPost, problems=_WITH_BODY),
)
@store_call(Scope.WEBHOOKS_WRITE)
def recover_webhook_endpoint(request: ApiRequest, endpoint_id: str) -> HttpResponse:
    """Send again every event since a moment that failed, is parked or never got a delivery to this endpoint.

    They go out one after the other, with normal retries, at half of the endpoint's own rate. What was delivered or waits is left alone,
    so the call may be repeated. 409 while the endpoint is paused or switched off. Of an organization's endpoint, the events of all its stores.
    """
    endpoint = managed_endpoint_of(request, endpoint_id)
    posted = bodies.read(request, RecoverPost, limit=MAX_BYTES)
    try:
        made = recovery.recover(endpoint=endpoint, since=posted.since, by=actor(request))
    except recovery.NotReceivingError as error:
        raise ProblemError(ProblemCode.NOT_RECEIVING, str(error)) from None
    except recovery.FutureError as error:
        wrong = [FieldError("/since", str(error))]
        raise ProblemError(ProblemCode.VALIDATION_FAILED, _("Correct it and send it again."), errors=wrong) from None
    progress = RecoveryAnswer(
        id=made.public_id,
        since=moment(made.since),
        sent_again=made.sent_again,
        finished=made.finished_at is not None,
    )
    return answer(RecoveryStarted(recovery=progress), status=202)


@router.post(
    "webhook-endpoints/{endpoint_id}/rotate-secret",
    operation_id="rotate_webhook_secret",
    summary="Roll the signing secret",
    response={200: RolledSecret},
    openapi_extra=declared(scope=Scope.WEBHOOKS_WRITE, body=RollPost, problems=_WITH_BODY),
)
@store_call(Scope.WEBHOOKS_WRITE)
def rotate_webhook_secret(request: ApiRequest, endpoint_id: str) -> HttpResponse:
    """Make a new signing secret. Every call carries a signature by each valid secret, the newest first, while they overlap.

    409 while as many old secrets sign as may: one has to expire, or be revoked on the endpoint's page.
    """
    endpoint = managed_endpoint_of(request, endpoint_id)
    posted = bodies.read(request, RollPost, limit=MAX_BYTES)
    try:
        new = signing_keys.roll(endpoint=endpoint, overlap=timedelta(seconds=posted.overlap_seconds), by=actor(request))
    except signing_keys.TooManyKeysError as error:
        raise ProblemError(ProblemCode.TOO_MANY_SECRETS, str(error)) from None
    return answer(RolledSecret(secret=new.secret, previous_signs_until=moment(new.previous_signs_until)))


def _started(delivery: Delivery) -> DeliveryStarted:
    started = StartedDelivery(
        id=delivery.public_id,
        event_id=public_id("evt", delivery.event_id),
        endpoint_id=public_id("ep", delivery.endpoint_id),
        state=delivery.state,
        replay_of=public_id("dlv", delivery.replay_of) if delivery.replay_of else None,
    )
    return DeliveryStarted(delivery=started)
