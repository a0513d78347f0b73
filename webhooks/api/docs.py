"""The API's own pages: the OpenAPI document, and the documentation made from it, which loads nothing from elsewhere."""

import hashlib

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import condition, require_safe

from backoffice.web.money import exponent
from backoffice.web.pages import page
from integrations.models.api_key import Scope
from webhooks.api import openapi as contract
from webhooks.api import reference
from webhooks.api.openapi_webhooks import MEANINGS
from webhooks.api.problems import ProblemCode
from webhooks.canonical.currencies import CURRENCIES
from webhooks.canonical.personal import PERSONAL_FIELDS


def _prefix() -> str:
    return reverse("api:root")


def _etag(request: HttpRequest) -> str:
    del request
    return f'"{hashlib.sha256(contract.as_bytes(settings.PUBLIC_URL, _prefix())).hexdigest()[:32]}"'


@require_safe
def root(request: HttpRequest) -> HttpResponseBase:
    """Whoever opens the API in a browser wants to read about it."""
    del request
    return redirect("api:docs")


@require_safe
@condition(etag_func=_etag)
def openapi(request: HttpRequest) -> HttpResponse:
    del request
    response = HttpResponse(contract.as_bytes(settings.PUBLIC_URL, _prefix()), content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    """Where webhooks and integrations' calls come from, for programs that keep a firewall's list; for anyone, as it is no secret."""
    del request
    response = HttpResponse(orjson.dumps({"addresses": settings.OUTBOUND_ADDRESSES}), content_type="application/json")
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """For anyone: developers read it before they have a key, and before they have a login."""
    document = contract.document(settings.PUBLIC_URL, _prefix())
    base = document["servers"][0]["url"]
    return page(
        request,
        "webhooks/api/docs.html",
        {
            "base": base,
            "version": document["info"]["version"],
            "first_call": f'curl {base}/store \\\n  -H "Authorization: Bearer $HUB_API_KEY"',
            "listen": LISTEN % {"base": base},
            "calls": list(reference.calls(document)),
            "webhook": reference.webhook(document),
            "events": [(event.value, event.label, reference.inline(meaning)) for event, meaning in MEANINGS.items()],
            "verification": VERIFICATION,
            "things": list(reference.things(document)),
            "problems": list(ProblemCode),
            "personal_fields": PERSONAL_FIELDS,
            "our_addresses": settings.OUTBOUND_ADDRESSES,
            "support": settings.SUPPORT_EMAIL,
            "scopes": list(Scope),
            "requests_per_minute": settings.API_REQUESTS_PER_MINUTE,
            "exponents": [
                (places, [code for code in sorted(CURRENCIES) if exponent(code) == places]) for places in (0, 3)
            ],
        },
    )


LISTEN = """\
export BACKOFFICE_API_KEY=…
backoffice-listen --api %(base)s \\
  --forward-to http://localhost:3000/webhooks --types order.closed,order.refunded --since 2h
"""

VERIFICATION = """\
import base64, hashlib, hmac, time

def is_genuine(secret: str, headers, body: bytes) -> bool:
    timestamp = headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    given = [part.removeprefix("v1,") for part in headers["webhook-signature"].split()]
    return any(hmac.compare_digest(expected, each) for each in given)
"""
