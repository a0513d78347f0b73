"""A shop that behaves as the WooCommerce documentation says: keys, paging, filters, webhooks and errors."""

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integrations.providers.local_service import Asked, Reply

KEY, SECRET = "ck_" + "a" * 40, "cs_" + "b" * 40
DOCUMENTED = Path(__file__).with_name("order.json")


def documented_order(**changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = json.loads(DOCUMENTED.read_text())
    return {**order, **changes}


def error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"code": code, "message": message, "data": {"status": status}})


@dataclass
class Shop:
    """`orders` and `webhooks` are what it has; `before` may answer in its stead, and `after_page` is called once a page is out."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    may_read: bool = True
    may_write: bool = True
    drops_header: bool = False
    before: Callable[[Asked], Reply | None] = lambda _asked: None
    after_page: Callable[[], None] = lambda: None

    def __call__(self, asked: Asked) -> Reply:
        early = self.before(asked)
        if early is not None:
            return early
        if not asked.path.startswith("/wp-json/wc/v3/"):
            return Reply(404, b"<html>Not found</html>")
        refused = self._refused(asked)
        if refused is not None:
            return refused
        resource, _slash, number = asked.path.removeprefix("/wp-json/wc/v3/").partition("/")
        if resource == "orders" and asked.method == "GET":
            return self._list(asked)
        if resource == "webhooks":
            return self._webhooks(asked, number)
        return error(404, "rest_no_route", "No route was found matching the URL and request method")

    def _refused(self, asked: Asked) -> Reply | None:
        scheme, _space, proof = asked.headers.get("authorization", "").partition(" ")
        given = b64decode(proof).decode() if scheme == "Basic" and not self.drops_header else ""
        if "consumer_key" in asked.query:
            given = f"{asked.query['consumer_key']}:{asked.query['consumer_secret']}"
        if not given or not self.may_read:
            return error(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if given != f"{KEY}:{SECRET}":
            return error(401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.")
        if asked.method != "GET" and not self.may_write:
            words = "The API key provided does not have write permissions."
            return error(401, "woocommerce_rest_authentication_error", words)
        return None

    def _list(self, asked: Asked) -> Reply:
        query = asked.query
        found = sorted(self.orders, key=lambda order: (order["date_modified_gmt"], order["id"]))
        # "any" is every status but this one.
        trash = query.get("status", "any") == "trash"
        found = [order for order in found if (order["status"] == "trash") is trash]
        if "modified_after" in query:
            assert query["dates_are_gmt"] == "true"
            found = [order for order in found if order["date_modified_gmt"] > query["modified_after"]]
        if "include" in query:
            found = [order for order in found if str(order["id"]) in query["include"].split(",")]
        if "search" in query:
            found = [order for order in found if query["search"] in order["number"]]
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        if size > 100:
            return error(400, "rest_invalid_param", "Invalid parameter(s): per_page")
        pages = -(-len(found) // size)
        reply = Reply(
            200,
            found[(page - 1) * size : page * size],
            {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)},
        )
        self.after_page()
        return reply

    def _webhooks(self, asked: Asked, number: str) -> Reply:
        if asked.method == "GET":
            size, page = int(asked.query["per_page"]), int(asked.query.get("page", "1"))
            return Reply(200, self.webhooks[(page - 1) * size : page * size])
        if asked.method == "POST":
            made = {"id": 142 + len(self.webhooks), **asked.json()}
            self.webhooks.append(made)
            return Reply(201, made)
        known = next((hook for hook in self.webhooks if str(hook["id"]) == number), None)
        if known is None:
            return error(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")
        known |= asked.json()
        return Reply(200, known)
