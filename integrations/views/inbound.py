"""Where a provider's service sends its own webhooks for one integration; the provider tells by the service's proof that it did."""

import logging
from collections.abc import Sequence

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from backoffice.tenancy.transactions import across_tenants, tenant_transaction
from backoffice.web.counting import count_this_minute
from integrations.catalog import all_providers
from integrations.contract import InboundCall, NotAuthentic, Provider, PulledOrder
from integrations.listings import is_suspended
from integrations.models import Integration
from integrations.runs.received import take_in
from integrations.values import values_of

MOST_BYTES = 2 * 1024 * 1024
MOST_A_MINUTE = 600
_LATER = {"Retry-After": "3600"}
_log = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["POST"])
def inbound(request: HttpRequest, token: str) -> HttpResponse:
    """Answered in words that a developer reads in the service's log. Nothing is stored unless the provider vouches for the call."""
    with across_tenants("The token in the address tells whose webhook it is."):
        found = Integration.objects.select_related("store__organization").filter(inbound_token=token).first()
    provider = all_providers().get(found.provider_slug) if found else None
    if found is None or provider is None or not _takes_webhooks(provider):
        return _answer(404, "No integration has this address.")
    count, seconds = count_this_minute(f"inbound:{token}")
    if count > MOST_A_MINUTE:
        return _answer(429, "Too many calls. Try again in a minute.", {"Retry-After": str(seconds)})
    with tenant_transaction(found.store.organization_id):
        active = found.deactivated_at is None and not is_suspended(found)
        values = values_of([found]) if active else {}
    if not active:
        return _answer(503, "This integration is not active at the moment.", _LATER)
    try:
        body = _body(request)
    except RequestDataTooBig:
        return _answer(413, f"At most {MOST_BYTES} bytes are taken.")
    call = InboundCall(
        method=str(request.method),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=request.GET.dict(),
        body=body,
    )
    try:
        orders = provider.on_inbound(call, values[found.pk])
    except NotAuthentic:
        return _answer(401, "The signature is missing or wrong.")
    _take_in(found, provider, orders)
    return _answer(200, "Thank you.")


def _takes_webhooks(provider: Provider) -> bool:
    """Whether its service sends any; every integration whose actions run has an address."""
    return type(provider).on_inbound is not Provider.on_inbound


def _take_in(integration: Integration, provider: Provider, orders: Sequence[PulledOrder]) -> None:
    for order in orders:
        try:
            with tenant_transaction(integration.store.organization_id):
                take_in(integration, order)
        except ValueError:
            # The next pull meets it again and reports it to the store; refusing it here would make some services give up on us.
            _log.warning("An inbound order of %s could not be read.", provider.slug)
    if orders:
        with tenant_transaction(integration.store.organization_id):
            Integration.objects.filter(pk=integration.pk).update(last_success_at=timezone.now())


def _body(request: HttpRequest) -> bytes:
    """Raises RequestDataTooBig."""
    if int(request.headers.get("content-length") or 0) > MOST_BYTES:
        raise RequestDataTooBig
    return request.body


def _answer(status: int, words: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8", headers=headers)
