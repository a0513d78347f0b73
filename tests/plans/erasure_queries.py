"""What looking for a customer and erasing one asks of tables that grow; they join the other hot queries."""

import uuid
from unittest import mock

from django.utils import timezone

from backoffice.database.identifiers import uuid7_floor
from tests.plans.queries import hot
from tests.plans.rows import Sample
from webhooks.erasure import erasing, looking
from webhooks.erasure.identities import seal
from webhooks.models import CustomerErasure, FoundOrder, OrderEvent


def _erasure(sample: Sample) -> CustomerErasure:
    erasure = CustomerErasure(
        organization_id=sample.store.organization_id,
        store=sample.store,
        kind="email",
        after=uuid.UUID(int=0),
        until=uuid7_floor(timezone.now()),
        at_store=sample.store.pk,
    )
    erasure.wanted_ciphertext = seal(erasure, "ada@example.com")
    erasure.save(force_insert=True)
    return erasure


@hot("erasures: look through events of a store")
def _look(sample: Sample) -> None:
    """A step that is to the rows made here as a real one is to a real store."""
    with mock.patch.object(looking, "EVENTS_AT_A_TIME", 20):
        looking.look_on(_erasure(sample))


@hot("erasures: erase a customer from an order")
def _erase(sample: Sample) -> object:
    erasure = _erasure(sample)
    order_id = OrderEvent.objects.filter(store=sample.store).order_by("-id").values_list("order_id", flat=True)[0]
    FoundOrder.objects.create(erasure=erasure, store=sample.store, order_id=order_id)
    looking.count_found(erasure)
    return erasing.erase_next(erasure)
