"""Custom webhook: a partner's own HTTPS endpoint gets the store's order events, signed, with a header of the partner's choice."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Category,
    Option,
    Order,
    OrderCall,
    Provider,
    Setting,
    SettingType,
    Terms,
    Text,
    Values,
)

#: Headers that the connection, the signature or the body's type own; a partner's header must not replace them.
RESERVED_HEADERS = frozenset(
    {
        "connection", "content-encoding", "content-length", "content-type", "cookie", "expect", "host", "keep-alive",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "webhook-id", "webhook-signature", "webhook-timestamp",
    }
)  # fmt: skip
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")

OPEN, THIRD = "open", "third"
#: The product family's word for each event, as the partner's people know it, and the events it stands for.
EVENTS_OF: dict[str, str] = {
    OPEN: "order.opened",
    THIRD: "order.opened",
    "update": "order.updated",
    "close": "order.closed",
    "void": "order.voided",
    "refund": "order.refunded",
    "status": "order.status_changed",
}

GUIDE = _("""
## What it does

Each time something happens to an order in your store, we send the order to an address of your partner: a delivery
company, a loyalty service, a kitchen screen, or a program of your own. The call is an HTTPS `POST` with JSON, signed
so that the receiver can tell that it comes from us.

## What you need from your partner

| Ask for | Looks like | Needed? |
|---|---|---|
| The address that receives orders | `https://hooks.partner.example/orders` | Yes |
| The name of a header to send | `X-API-Key` | Only if the partner asks for one |
| The value of that header | a long key or token | Together with the name |

Give your partner the link to this guide, and the **signing secret** that is shown on the Order Webhook page.

## Set it up

1. On **Current Integrations**, press the gear beside Custom webhook.
2. Paste the partner's address into **Endpoint URL**. It starts with `https://` and must be reachable from the internet.
3. If your partner gave you a header, fill in **Header name** and **Header value**. The value is stored encrypted and
   is never shown again; to change it, replace it.
4. Under **Events to send**, choose what your partner wants. For most, **Close** is enough.
5. Press **Save**. From then on every new order event is sent.
6. Open **Order Webhook**, find the endpoint named after this integration and press **Send test**.

## Which event is which

| In the back office | Technical name | When |
|---|---|---|
| Open | `order.opened` | A customer orders online, by phone, at a kiosk, at the table or in a marketplace |
| 3rd | `order.opened` with channel `pos` | An order is placed at the point of sale |
| Update | `order.updated` | Anything on an open order changes: an item, the table, a discount |
| Close | `order.closed` | The check is paid and closed |
| Void | `order.voided` | The order is voided |
| Refund | `order.refunded` | Money goes back to the customer, in full or in part |
| Status | `order.status_changed` | The order moves on: sent, preparing, ready, handed off |

## For the partner's developer

The body is `{"id", "type", "timestamp", "api_version", "data": {"order": {...}}}`. Amounts are whole numbers of the
currency's smallest unit, quantities are decimal strings, times are UTC. The Action tab shows an example with your
settings.

Three headers follow the open Standard Webhooks specification, so a ready-made library can check them:

- `webhook-id`: the same for every try of one event. Remember it, and a repeated call does no harm.
- `webhook-timestamp`: seconds since 1970 when this try was sent. Refuse calls older than five minutes.
- `webhook-signature`: one or more signatures, separated by spaces. Each is `v1,` and the base64 of
  HMAC-SHA256 over `id.timestamp.body`, with the bytes that follow `whsec_` in the secret, base64-decoded, as the key.

Answer with any `2xx` status within 15 seconds, and do slow work afterwards. Anything else counts as a failure and is
tried again after 5 seconds, 5 and 30 minutes, then 2, 5, 10, 14, 20 and 24 hours. Answer `410` to be switched off.
Calls may arrive twice or out of order: `data.order.version` rises with every change of an order.

## When something is wrong

| You see | It means | Do this |
|---|---|---|
| Not on the public internet | The address leads into a private network | Ask the partner for a public address |
| No secure connection | The certificate has expired or its chain is incomplete | Ask the partner to renew it |
| Answered 401 or 403 | The header is missing or its value is out of date | Replace the header value |
| Answered 404 | The path of the address is wrong | Copy the address again, to its end |
| Answer did not come in time | The receiver works before it answers | Ask the partner to answer first |
""")

TERMS = Terms(
    version="2026-11-01",
    text=_(
        "When you confirm, the orders of this store are sent to the address that you enter, each time one of the events you "
        "choose happens. The receiver of that address is chosen by you and is not a subcontractor of ours. You confirm that you "
        "may share this data with them, and that you have told your customers where the law asks for it. You can stop at any "
        "time by deactivating the integration; what was sent before stays with the receiver."
    ),
)


class CustomWebhook(Provider):
    slug = "custom-webhook"
    name = _("Custom webhook")
    tagline = _("Send your orders, signed, to an HTTPS address of a partner or of your own.")
    category = Category.DEVELOPER
    description = _(
        "For partners that are not in the catalog yet, and for software of your own. Each order event is sent as signed JSON "
        "with a header of your choice, retried for days if the receiver is down, and logged with every answer."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (
        _("Orders: items, amounts, taxes, discounts, payments (never card numbers), status and times"),
        _("The customer's name, email address and phone number, where the order has them"),
        _("The store's code, time zone and currency, and the employee on the order"),
    )
    settings = (
        Setting(
            "url",
            SettingType.URL,
            _("Endpoint URL"),
            help=_("The partner's address that receives orders, such as https://hooks.partner.example/orders."),
            max_length=2000,
        ),
        Setting(
            "header_name",
            SettingType.TEXT,
            _("Header name"),
            help=_("Often X-API-Key. Leave it empty if the partner asks for none."),
            required=False,
            pattern=r"[A-Za-z0-9][A-Za-z0-9_-]*",
            pattern_help=_("Use letters, digits, hyphens and underscores only, as in X-API-Key."),
            max_length=100,
        ),
        Setting(
            "header_value",
            SettingType.SECRET,
            _("Header value"),
            help=_("The key or token that the partner gave you."),
            required=False,
            max_length=2000,
        ),
        Setting(
            "events",
            SettingType.MULTISELECT,
            _("Events to send"),
            help=_("For most partners Close is enough."),
            options=(
                Option(
                    OPEN,
                    _("Open (order.opened): ordered online, by phone, at a kiosk, at the table or in a marketplace"),
                ),
                Option(THIRD, _("3rd (order.opened, channel pos): placed at the point of sale")),
                Option("update", _("Update (order.updated): anything on an open order changed")),
                Option("close", _("Close (order.closed): the check was paid and closed")),
                Option("void", _("Void (order.voided): the order was voided")),
                Option("refund", _("Refund (order.refunded): money went back to the customer")),
                Option("status", _("Status (order.status_changed): the order moved on, such as ready")),
            ),
            default=("close",),
        ),
    )
    order_events = tuple(dict.fromkeys(EVENTS_OF.values()))

    def problems(self, values: Values) -> Mapping[str, Text]:
        name, value = str(values.get("header_name") or ""), str(values.get("header_value") or "")
        if name.lower() in RESERVED_HEADERS:
            return {"header_name": _("This header is set by us. Ask the partner for another name, such as X-API-Key.")}
        if name and not value:
            return {"header_value": _("Enter the value that is sent in this header, or leave the header's name empty.")}
        if value and not name:
            return {"header_name": _("Enter the name of the header that carries this value.")}
        if value and not _HEADER_VALUE.fullmatch(value):
            return {
                "header_value": _(
                    "A header cannot carry line breaks or letters outside of ASCII. Copy the value again."
                )
            }
        return {}

    def wanted_events(self, values: Values) -> Sequence[str]:
        return tuple(dict.fromkeys(EVENTS_OF[word] for word in _words(values)))

    def opened_from(self, values: Values) -> Literal["anywhere", "pos", "elsewhere"]:
        words = _words(values)
        if (OPEN in words) == (THIRD in words):
            return "anywhere"
        return "pos" if THIRD in words else "elsewhere"

    def target_url(self, values: Values) -> str:
        return str(values["url"])

    def on_order(self, order: Order, values: Values) -> OrderCall | None:
        if not _wants(order, values):
            return None
        name, value = str(values.get("header_name") or ""), str(values.get("header_value") or "")
        headers = (("content-type", "application/json"), *(((name, value),) if name else ()))
        return OrderCall(url=self.target_url(values), body=order.body, headers=headers, signed=True)


def _words(values: Values) -> tuple[str, ...]:
    chosen = values.get("events")
    return tuple(word for word in chosen if word in EVENTS_OF) if isinstance(chosen, (list, tuple)) else ()


def _wants(order: Order, values: Values) -> bool:
    """An opened order is "3rd" when it comes from the point of sale and "Open" otherwise; a test always passes."""
    if order.event_type == "webhook.test":
        return True
    words = _words(values)
    if order.event_type == "order.opened":
        return (THIRD if order.channel == "pos" else OPEN) in words
    return any(EVENTS_OF[word] == order.event_type for word in words)
