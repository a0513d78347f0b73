"""An order as it was posted, brought into the form in which it is stored and delivered."""

from django.utils.translation import gettext as _

from webhooks.api import bodies
from webhooks.api.problems import FieldError, ProblemCode, ProblemError
from webhooks.canonical.order import Order, StoreReference


def canonical(order: Order, own: StoreReference, *, pointer: str = "/order") -> str:
    """Each field once, in the schema's order, nothing left out, times in UTC.

    Raises ProblemError 413, or 422 for an order that names another store than `own`, the API key's; `pointer` is where the order
    stands in the body.
    """
    _check_store(order, own, pointer)
    order.store = own
    order_json = order.model_dump_json()
    if len(order_json) > bodies.MAX_ORDER_BYTES or len(order_json.encode()) > bodies.MAX_ORDER_BYTES:
        raise bodies.too_large(bodies.MAX_ORDER_BYTES)
    return order_json


def _check_store(order: Order, own: StoreReference, pointer: str) -> None:
    """An order that names another store is refused: the key decides whose order it is, and one of the two must be a mistake."""
    named = order.store
    if named is None:
        return
    errors = []
    if named.id is not None and named.id != own.id:
        errors.append(FieldError(f"{pointer}/store/id", _("This is not the store that the API key belongs to.")))
    if named.code is not None and named.code.casefold() != (own.code or "").casefold():
        errors.append(FieldError(f"{pointer}/store/code", _("This is not the store that the API key belongs to.")))
    if errors:
        raise ProblemError(
            ProblemCode.WRONG_STORE, _("Post each store's orders with that store's own API key."), errors=errors
        )
