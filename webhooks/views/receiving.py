"""For whoever builds a receiver: an example of each event, code that checks its signature, and how to answer."""

import json

from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks.delivery.backoff import in_words
from webhooks.event_types import EventType
from webhooks.event_words import EVENT_WORDS
from webhooks.example_bodies import example_body
from webhooks.verification import snippets


@store_view(Permission.ENDPOINT_VIEW)
@hub_required
def receiving(request: StoreRequest) -> HttpResponseBase:
    """`event` and `language` in the address choose what is shown; anything unknown shows the usual ones."""
    event = request.GET.get("event")
    chosen = EventType(event) if event in EventType.values else EventType.ORDER_CLOSED
    found = {snippet.slug: snippet for snippet in snippets()}
    context = {
        "events": EVENT_WORDS.values(),
        "words": EVENT_WORDS[chosen],
        "example": json.dumps(example_body(chosen), indent=2, ensure_ascii=False),
        "snippets": found.values(),
        "snippet": found.get(request.GET.get("language", "")) or found["python"],
        "retries": in_words(),
    }
    return page(request, "webhooks/receiving.html", context)
