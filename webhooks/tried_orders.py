"""An order that somebody sends from the page of an API key: through the very call that a point of sale makes, with that key."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import resolve, reverse
from django.utils import timezone

from backoffice.tenancy.models import Store
from integrations.api_keys import text_of
from integrations.models import ApiKey
from webhooks.canonical.example import CLOSED_ORDER
from webhooks.event_types import EventType

#: What the call inherits of the page's request: where it came from.
_INHERITED = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "HTTP_ACCEPT_LANGUAGE")


@dataclass(frozen=True, slots=True)
class Tried:
    """What the API answered: the status and the document as it was sent, easy to read; of a stored event, what became of it."""

    status: int
    text: str
    event_id: str = ""
    order_id: str = ""
    deliveries: int = 0
    #: Of a refusal, the sentence that says why.
    problem: str = ""
    #: Of fields that are not right, where each stands and what is wrong with it.
    wrong: Sequence[tuple[str, str]] = ()

    @property
    def stored(self) -> bool:
        return self.status == 202


def example_post(store: Store) -> str:
    """A closed order of the store, as a point of sale would post it, new each time."""
    when = timezone.now().replace(microsecond=0)
    now = when.isoformat()
    order = CLOSED_ORDER | {
        "id": f"try-{secrets.token_hex(4)}",
        "number": "TRY-1",
        "business_date": timezone.localdate(when, ZoneInfo(store.timezone)).isoformat(),
        "currency": store.currency,
        "opened_at": now,
        "updated_at": now,
        "closed_at": now,
    }
    return orjson.dumps({"type": EventType.ORDER_CLOSED, "order": order}, option=orjson.OPT_INDENT_2).decode()


def try_order(request: HttpRequest, *, key: ApiKey, text: str) -> Tried:
    """Post `text` with the key. Whatever the API checks is checked: rate, address, scope, license and every field."""
    body = text.encode()
    path = reverse("api:post_order")
    call = WSGIRequest(
        {
            **{name: request.META[name] for name in _INHERITED if name in request.META},
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Bearer {text_of(key)}",
            "HTTP_IDEMPOTENCY_KEY": f"try-{secrets.token_hex(16)}",
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": request.scheme,
        }
    )
    call.id = getattr(request, "id", "")  # type: ignore[attr-defined]  # as the request log's middleware sets it
    answer: HttpResponse = resolve(path, urlconf=settings.ROOT_URLCONF).func(call)
    return _tried(answer)


def _tried(answer: HttpResponse) -> Tried:
    document: dict[str, Any] = orjson.loads(answer.content)
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    if answer.status_code != 202:
        wrong = [(each.get("pointer", ""), each["detail"]) for each in document.get("errors", ())]
        return Tried(answer.status_code, text, problem=str(document.get("detail", "")), wrong=wrong)
    event = document["event"]
    return Tried(answer.status_code, text, event["id"], event["order_id"], document["deliveries"])
