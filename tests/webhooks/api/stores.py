"""A store with one of everything that the API tells of."""

from dataclasses import dataclass

import orjson

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import Store
from tests.factories.integrations import IntegrationFactory
from tests.factories.webhooks import AttemptFactory, EndpointFactory
from webhooks import signing_keys
from webhooks.canonical.example import CLOSED_ORDER
from webhooks.canonical.order import Order
from webhooks.models import Delivery


@dataclass(frozen=True, slots=True)
class Owned:
    """Ids by the name that stands in the API's paths."""

    ids: dict[str, str]
    texts: tuple[str, ...]

    def path(self, template: str) -> str:
        return template.format(**self.ids)


def fill(store: Store) -> Owned:
    """An integration, an endpoint that can be changed, and an order whose delivery failed; `texts` occur nowhere else."""
    integration = IntegrationFactory.create(store=store)
    endpoint = EndpointFactory.create(store=store)
    signing_keys.make(endpoint)
    order = CLOSED_ORDER | {"id": f"ord_{uuid7().hex}"}
    attempt = AttemptFactory.create(
        delivery__delivered=False,
        delivery__exhausted=True,
        delivery__endpoint=endpoint,
        delivery__event__store=store,
        delivery__event__order_id=order["id"],
        delivery__event__order_json=Order.model_validate_json(orjson.dumps(order)).model_dump_json(),
        delivery__store=store,
    )
    delivery: Delivery = attempt.delivery
    ids = {
        "event_id": delivery.event.public_id,
        "order_id": delivery.order_id,
        "endpoint_id": endpoint.public_id,
        "delivery_id": delivery.public_id,
    }
    return Owned(ids, (*ids.values(), integration.public_id, endpoint.url, store.name))
