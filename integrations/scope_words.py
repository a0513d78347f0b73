"""What each scope of an API key allows, in words and call by call."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.models import Scope


@dataclass(frozen=True, slots=True)
class ScopeWords:
    """A row of the matrix: what the scope is for, what it means to give it, and the calls it opens."""

    scope: Scope
    meaning: Promise
    calls: tuple[str, ...]

    @property
    def name(self) -> Promise | str:
        return self.scope.label


@dataclass(frozen=True, slots=True)
class ScopeRow:
    words: ScopeWords
    given: bool


SCOPES: tuple[ScopeWords, ...] = (
    ScopeWords(
        Scope.ORDERS_WRITE,
        _("Sends in what happens to orders. A point of sale needs it."),
        ("POST /orders", "POST /orders/batch"),
    ),
    ScopeWords(
        Scope.ORDERS_READ,
        _("Reads orders, with the customers in them, and the events that were sent in."),
        ("GET /orders/{order_id}", "GET /events", "GET /events/{event_id}"),
    ),
    ScopeWords(
        Scope.INTEGRATIONS_READ,
        _("Sees which integrations the store has and how they are. It never reads a password or a secret."),
        ("GET /integrations",),
    ),
    ScopeWords(
        Scope.WEBHOOKS_READ,
        _("Sees where orders are sent and what became of each delivery, with what was sent and answered."),
        (
            "GET /webhook-endpoints",
            "GET /webhook-endpoints/{endpoint_id}",
            "GET /deliveries",
            "GET /deliveries/{delivery_id}",
        ),
    ),
    ScopeWords(
        Scope.WEBHOOKS_WRITE,
        _("Chooses where orders are sent, and sends again. Give it only to software that you would let do so."),
        (
            "POST /webhook-endpoints",
            "PATCH /webhook-endpoints/{endpoint_id}",
            "DELETE /webhook-endpoints/{endpoint_id}",
            "POST /webhook-endpoints/{endpoint_id}/test",
            "POST /webhook-endpoints/{endpoint_id}/rotate-secret",
            "POST /webhook-endpoints/{endpoint_id}/recover",
            "POST /deliveries/{delivery_id}/resend",
        ),
    ),
)
#: What every key may do, whatever its scopes.
ALWAYS = ("GET /store",)


def matrix(given: Collection[str]) -> list[ScopeRow]:
    """Every scope, with whether it is given."""
    return [ScopeRow(words, words.scope in given) for words in SCOPES]
