"""For whoever builds a receiver: an example of each event, code that checks its signature, and how to answer."""

import json

from django.conf import settings
from django.http import HttpResponseBase

from backoffice.tenancy.access import StoreRequest, store_view
from backoffice.tenancy.permissions import Permission
from backoffice.web.pages import page
from licensing.entitlements import hub_required
from webhooks.canonical.personal import PERSONAL_FIELDS
from webhooks.delivery.backoff import in_words
from webhooks.event_types import EventType
from webhooks.event_words import EVENT_WORDS
from webhooks.example_bodies import example_body
from webhooks.node_red import OLDEST_VERSION, PATH, SECRET, flow
from webhooks.verification import snippets

#: In the address: the example as an endpoint gets it that leaves personal data out.
LEFT_OUT = "out"


@store_view(Permission.ENDPOINT_VIEW)
@hub_required
def receiving(request: StoreRequest) -> HttpResponseBase:
    """`event`, `language` and `personal` in the address choose what is shown; anything unknown shows the usual."""
    event = request.GET.get("event")
    chosen = EventType(event) if event in EventType.values else EventType.ORDER_CLOSED
    bare = request.GET.get("personal") == LEFT_OUT
    found = {snippet.slug: snippet for snippet in snippets()}
    context = {
        "events": EVENT_WORDS.values(),
        "words": EVENT_WORDS[chosen],
        "example": json.dumps(example_body(chosen, without_personal_data=bare), indent=2, ensure_ascii=False),
        "snippets": found.values(),
        "snippet": found.get(request.GET.get("language", "")) or found["python"],
        "retries": in_words(),
        "node_red": {"flow": flow(), "version": OLDEST_VERSION, "path": PATH, "secret": SECRET},
        "bare": bare,
        "personal_fields": PERSONAL_FIELDS,
        "our_addresses": settings.OUTBOUND_ADDRESSES,
        "support": settings.SUPPORT_EMAIL,
    }
    return page(request, "webhooks/receiving.html", context)
