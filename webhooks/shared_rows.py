"""What pages say of the stores that share an endpoint."""

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from webhooks.models import Endpoint

#: Codes that are named; of more, only their number is.
MOST_NAMED = 3


def stores_in_words(endpoints: Collection[Endpoint]) -> dict[UUID, str]:
    """By endpoint, "Every store" or the codes of the first of its stores; in one query."""
    chosen: dict[UUID, list[str]] = {}
    links = Endpoint.chosen_stores.through.objects.filter(
        endpoint_id__in=[endpoint.pk for endpoint in endpoints if not endpoint.every_store]
    )
    for endpoint, code in links.order_by("store__code").values_list("endpoint_id", "store__code"):
        chosen.setdefault(endpoint, []).append(code)
    return {
        endpoint.pk: _("Every store") if endpoint.every_store else _named(chosen.get(endpoint.pk, []))
        for endpoint in endpoints
    }


def _named(codes: list[str]) -> str:
    shown = ", ".join(codes[:MOST_NAMED])
    return f"{shown} … (+{len(codes) - MOST_NAMED})" if len(codes) > MOST_NAMED else shown
