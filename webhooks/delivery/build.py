"""From a due delivery and its target to the request that is sent: pure, and the same for every worker."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import quote, urlsplit

import orjson
from django.utils.translation import gettext as _

from backoffice.database.identifiers import public_id
from backoffice.outbound.request import OutboundRequest
from backoffice.security.redaction import mask_headers
from integrations.contract import Order, OrderCall
from webhooks.canonical import personal
from webhooks.delivery.fetch import DueDelivery
from webhooks.delivery.signing import InvalidSecretError, signature_header
from webhooks.delivery.targets import Target
from webhooks.event_types import API_VERSION
from webhooks.headers import InvalidHeaderError, check_header
from webhooks.payload_versions import UnknownVersionError, in_version

USER_AGENT = "Backoffice-Webhooks/1"
CONTENT_TYPE = ("content-type", "application/json")
#: A provider's headers whose values may be shown in the log as they are.
_NOT_SECRET = frozenset({"accept", "content-type", "user-agent"})


class CannotBuildError(Exception):
    """A delivery that no retry will help: `reason` is its code, the text says in words what is wrong."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason


class NothingToSendError(Exception):
    """There is no call to make of this order; the text says why."""


@dataclass(frozen=True, slots=True)
class Built:
    """A request, and what the attempt may record of it: no secret. `secrets` are to be covered in what answers quote of it."""

    request: OutboundRequest
    recorded_headers: tuple[tuple[str, str], ...]
    body_sha256: bytes
    recorded_url: str
    secrets: tuple[str, ...] = field(default=(), repr=False)


def build(delivery: DueDelivery, target: Target, *, now: datetime) -> Built:
    """The request for one try at `now`. Raises CannotBuildError and NothingToSendError, whatever a provider does."""
    if target.problem:
        raise CannotBuildError("unreadable_secret", target.problem)
    if delivery.order_json is None:
        raise CannotBuildError("event_gone", _("The order event is no longer kept, so it cannot be sent again."))
    webhook_id = public_id("evt", delivery.event_id)
    try:
        body = standard_body(
            delivery, webhook_id, target.api_version, without_personal_data=target.without_personal_data
        )
    except UnknownVersionError as error:
        words = _("The payload version %(version)s is no longer offered.") % {"version": error}
        raise CannotBuildError("unknown_version", words) from error
    call = (
        _standard_call(target, body) if target.provider is None else _provider_call(delivery, webhook_id, target, body)
    )
    own = [("user-agent", USER_AGENT)]
    if call.signed:
        own += _signed_headers(webhook_id, target, call.body, now)
    custom = call.headers
    if not any(name.lower() == "content-type" for name, _value in custom):
        own.append(CONTENT_TYPE)
    secret_names = {name.lower() for name, _value in custom} - _NOT_SECRET
    secrets = _secret_settings(target)
    return Built(
        OutboundRequest(
            url=call.url,
            method=call.method,
            headers=(*own, *custom),
            body=call.body,
            timeout_seconds=target.timeout_seconds,
        ),
        (*own, *(mask_headers(custom, secret_names=secret_names) if custom else ())),
        sha256(call.body).digest(),
        _recorded_url(call.url, target, secrets),
        (*_secret_words(custom, secret_names), *secrets, *_secret_paths(secrets)),
    )


def _secret_words(headers: Iterable[tuple[str, str]], names: Collection[str]) -> Iterator[str]:
    """Values of headers whole, and what follows a scheme such as Bearer in them."""
    for name, value in headers:
        if name.lower() in names:
            yield value
            _scheme, _space, rest = value.partition(" ")
            if rest:
                yield rest


def _secret_settings(target: Target) -> list[str]:
    settings = target.provider.settings if target.provider else ()
    return [str(value) for setting in settings if setting.secret and (value := target.values.get(setting.name))]


def _secret_paths(secrets: Iterable[str]) -> Iterator[str]:
    """What receivers see of an address that is a secret."""
    for secret in secrets:
        if secret.startswith(("https://", "http://")):
            parts = urlsplit(secret)
            yield parts._replace(scheme="", netloc="").geturl()


def _recorded_url(url: str, target: Target, secrets: Iterable[str]) -> str:
    """The address that was called; only the one shown in lists where it holds a secret of the integration's, or is one."""
    return target.url if any(secret in url or quote(secret, safe="") in url for secret in secrets) else url


def standard_body(
    delivery: DueDelivery, webhook_id: str, api_version: str, *, without_personal_data: bool = False
) -> bytes:
    """The webhook's body in a payload version. Every try gets the same. Raises UnknownVersionError.

    In the newest version the order's bytes are those that were stored, unless personal data is left out.
    """
    order_json = delivery.order_json or "null"
    if without_personal_data:
        order_json = personal.without_personal_data(order_json)
    newest = b'{"id":"%b","type":"%b","timestamp":"%b","api_version":"%b",%b"data":{"order":%b}}' % (
        webhook_id.encode(),
        delivery.event_type.encode(),
        delivery.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z").encode(),
        API_VERSION.encode(),
        b'"test":true,' if delivery.test else b"",
        order_json.encode(),
    )
    return in_version(newest, api_version)


def _standard_call(target: Target, body: bytes) -> OrderCall:
    for name, value in target.headers:
        try:
            check_header(name, value)
        except InvalidHeaderError as error:
            raise CannotBuildError("invalid_header", str(error)) from error
    return OrderCall(url=target.url, body=body, headers=target.headers, signed=True)


def _provider_call(delivery: DueDelivery, webhook_id: str, target: Target, body: bytes) -> OrderCall:
    """A provider is code of its own: whatever it raises ends this delivery and nothing else."""
    order = Order(
        event_id=webhook_id,
        event_type=delivery.event_type,
        channel=delivery.channel,
        body=body,
        order=orjson.loads(delivery.order_json or "{}"),
    )
    try:
        call = target.provider.on_order(order, target.values) if target.provider else None
    except Exception as error:
        # The error's text may quote a setting, so only its kind is kept.
        words = _("The integration could not make a request from this order (%(kind)s).") % {
            "kind": type(error).__name__
        }
        raise CannotBuildError("provider_failed", words) from error
    if call is None:
        raise NothingToSendError(_("The integration's settings do not ask for this order."))
    return call


def _signed_headers(webhook_id: str, target: Target, body: bytes, now: datetime) -> list[tuple[str, str]]:
    timestamp = int(now.timestamp())
    secrets = [key.secret for key in target.keys if key.expires_at is None or key.expires_at > now]
    try:
        signature = signature_header(secrets, message_id=webhook_id, timestamp=timestamp, body=body)
    except InvalidSecretError as error:
        raise CannotBuildError("invalid_signing_key", str(error)) from error
    return [
        ("webhook-id", webhook_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", signature),
    ]
