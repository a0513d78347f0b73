"""WooCommerce: the orders of a web shop come in, by pulls and by the shop's own webhooks.

Sources: "Orders", "Webhooks" and "Authentication" of the WooCommerce REST API documentation, version wc/v3
(woocommerce/woocommerce-rest-api-docs, source/includes/wp-api-v3/).
"""

import hmac
import re
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Action,
    Answer,
    Category,
    ConnectionResult,
    Http,
    InboundCall,
    ItemOutcome,
    Kind,
    NotAuthentic,
    Provider,
    ProviderProblem,
    PulledOrder,
    Run,
    Schedule,
    Setting,
    SettingType,
    Values,
    pulling,
)
from integrations.contract.reading import moment_if_any, parsed
from integrations.providers.woocommerce.guide import GUIDE, TERMS
from integrations.providers.woocommerce.orders import DRAFTS, pulled_order, text
from integrations.providers.woocommerce.shop import Shop, page_count, rows

PAGE = 100
TOPICS = {"order.created": "Order created", "order.updated": "Order updated"}
_PING = re.compile(rb"webhook_id=\d{1,20}")
_SECOND = timedelta(seconds=1)
TRASH_OVERLAP = timedelta(days=1)


class WooCommerce(Provider):
    slug = "woocommerce"
    name = _("WooCommerce")
    tagline = _("Bring the orders of your WooCommerce shop into the store, within seconds.")
    category = Category.E_COMMERCE
    description = _(
        "Orders of your web shop on WordPress become orders of the store, with items, taxes, payments and customers. They are told "
        "at once by the shop's own signed webhooks, and pulled when you start it; no order is taken twice."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (_("Nothing but the address of our webhook, when you connect webhooks"),)
    data_received = (
        _("Orders: items, amounts, taxes, discounts, shipping, payment method, status and times"),
        _("The customer's name, address, email address and phone number"),
    )
    settings = (
        Setting(
            "store_url",
            SettingType.URL,
            _("Store URL"),
            help=_("The address of your shop, such as https://shop.example.com."),
        ),
        Setting(
            "consumer_key",
            SettingType.TEXT,
            _("Consumer key"),
            help=_("WooCommerce > Settings > Advanced > REST API > Add key."),
            pattern=r"ck_[A-Za-z0-9]{6,60}",
            pattern_help=_("A consumer key starts with ck_ and has letters and digits only."),
            max_length=64,
        ),
        Setting(
            "consumer_secret",
            SettingType.SECRET,
            _("Consumer secret"),
            help=_("Starts with cs_. WooCommerce shows it once, beside the key."),
            max_length=100,
        ),
        Setting(
            "credentials_in_query",
            SettingType.SWITCH,
            _("Send the keys in the address"),
            help=_("Only for shops whose web server drops the header that carries the key."),
            required=False,
            default=False,
        ),
        Setting(
            "callback_url",
            SettingType.CALLBACK_URL,
            _("Webhook address"),
            help=_("Where the shop tells of orders. Connect webhooks registers it for you."),
            required=False,
        ),
    )
    actions = (
        Action(
            "pull_orders",
            _("Pull orders"),
            _("Takes in the orders that changed in the shop since the last time."),
            Kind.PULL,
            items=_("orders"),
            parameters=(pulling.SINCE,),
            schedules=(Schedule.HOURLY, Schedule.DAILY),
            default_schedule=Schedule.HOURLY,
        ),
        Action(
            "connect_webhooks",
            _("Connect webhooks"),
            _(
                "Registers our webhook address in the shop, so that orders arrive within seconds. Enables it again if it was disabled."
            ),
            Kind.SET_UP,
            items=_("webhooks"),
            writes_elsewhere=True,
            confirm=_(
                "Two webhooks are registered in your shop, or those of ours that are there are mended and enabled. You can remove them in "
                "WooCommerce at any time."
            ),
        ),
    )
    requests_per_minute = 60
    documentation_url = "https://woocommerce.github.io/woocommerce-rest-api-docs/"

    def test_connection(self, values: Values, http: Http) -> ConnectionResult:
        try:
            answer = Shop(values, http).get("orders", per_page=1)
            rows(answer)
        except ProviderProblem as problem:
            return ConnectionResult(ok=False, message=problem.message)
        count = answer.headers.get("x-wp-total", "")
        return ConnectionResult(
            ok=True, message=_("Connected. The shop has %(count)s orders.") % {"count": count or "0"}
        )

    def pull_orders(self, run: Run) -> None:
        """Orders by time of change. What was put into the trash is on no list but its own, and is looked at first.

        Of the trash only orders count that came here before: the others would be opened to be voided. A day of it is looked at again each time: the next pull begins where the other orders ended, which may be after a later trashing.
        """
        shop = Shop(run.values, run.http)
        if run.only:
            _pull_again(run, shop)
            return
        start = pulling.start(run, before_day=_SECOND)
        trashed = 0
        for found, _after, _answer in _changed(shop, start - TRASH_OVERLAP, status="trash"):
            known = _seen(run, found)
            for order in known:
                _take(run, order)
            trashed += len(known)
        for number, (found, after, answer) in enumerate(_changed(shop, start)):
            if number == 0 and answer.headers.get("x-wp-total", "").isdecimal():
                run.expect(trashed + int(answer.headers["x-wp-total"]))
            for order in found:
                _take(run, order)
            run.checkpoint(after.isoformat())

    def connect_webhooks(self, run: Run) -> None:
        """Register or mend a webhook for each topic. The secret is kept before the shop learns it, so that a second run uses the same."""
        shop = Shop(run.values, run.http)
        known = {text(row, "topic"): row for row in _webhooks(shop) if text(row, "delivery_url") == run.callback_url}
        run.expect(len(TOPICS))
        secret = str(run.values.get("webhook_secret") or "") or secrets.token_urlsafe(32)
        if not run.dry_run:
            run.remember({}, secrets={"webhook_secret": secret})
        for topic, name in TOPICS.items():
            outcome = ItemOutcome.UPDATED if topic in known else ItemOutcome.CREATED
            if not run.dry_run:
                body = {
                    "name": name,
                    "topic": topic,
                    "delivery_url": run.callback_url,
                    "secret": secret,
                    "status": "active",
                }
                if topic in known:
                    shop.write("PUT", f"webhooks/{known[topic].get('id')}", body)
                else:
                    shop.write("POST", "webhooks", body)
            run.item(topic, outcome)

    def on_inbound(self, call: InboundCall, values: Values) -> Sequence[PulledOrder]:
        """The order of a signed delivery.

        The ping that WooCommerce sends when a webhook is saved carries an id in a form, no signature and no data: it is answered well
        and does nothing. An order that cannot be read is left to the next pull, which reports it: after five refusals
        WooCommerce would disable the webhook.
        """
        if _PING.fullmatch(call.body.strip()):
            return ()
        secret = str(values.get("webhook_secret") or "")
        proof = call.headers.get("x-wc-webhook-signature", "").encode()
        right = b64encode(hmac.digest(secret.encode(), call.body, sha256))
        if not secret or not hmac.compare_digest(proof, right):
            raise NotAuthentic
        try:
            order = parsed(call.body)
            if not isinstance(order, dict) or text(order, "status") in DRAFTS:
                return ()
            return (pulled_order(order),)
        except ValueError:
            return ()


def _changed(
    shop: Shop, after: datetime, **wanted: str
) -> Iterator[tuple[list[Mapping[str, object]], datetime, Answer]]:
    """Orders that changed after a time, oldest first, page by page; with each, the time from which to go on, and the shop's answer.

    Each page is asked for from the last order of the one before. An order that changes meanwhile moves to the end, which would push
    another one across the border of two numbered pages; so pages are numbered only within one second, as after a change of more than a
    page of orders at once. The last order tells where the next page begins, as one before it may show a change that was made after the
    page was chosen.
    """
    page, seen = 1, set[tuple[object, object]]()
    while True:
        answer = shop.get(
            "orders",
            modified_after=after.strftime("%Y-%m-%dT%H:%M:%S"),
            dates_are_gmt="true",
            orderby="modified",
            order="asc",
            per_page=PAGE,
            page=page,
            **wanted,
        )
        found = rows(answer)
        fresh = [order for order in found if (order.get("id"), order.get("date_modified_gmt")) not in seen]
        seen.update((order.get("id"), order.get("date_modified_gmt")) for order in fresh)
        more = page < page_count(answer)
        reached = ((moment_if_any(found[-1], "date_modified_gmt") if found else None) or after) - _SECOND
        if reached > after:
            after, page = reached, 1
        else:
            page += 1
        yield fresh, after, answer
        if not more or not found:
            return


def _webhooks(shop: Shop) -> Iterator[Mapping[str, object]]:
    page = 1
    while found := rows(shop.get("webhooks", per_page=PAGE, page=page)):
        yield from found
        if len(found) < PAGE:
            return
        page += 1


def _pull_again(run: Run, shop: Shop) -> None:
    """Only these orders, each by its number, as items are named, or by its id, which is the number unless a plugin counts anew."""
    run.expect(len(run.only))
    for key in sorted(run.only):
        found = _numbered(shop, key, {}) or _seen(run, _numbered(shop, key, {"status": "trash"}))
        for order in found:
            _take(run, order)
        if not found:
            pulling.gone(run, key)


def _numbered(shop: Shop, key: str, wanted: Mapping[str, str]) -> list[Mapping[str, object]]:
    found = rows(shop.get("orders", include=key, per_page=1, **wanted)) if key.isdecimal() else []
    if any(text(order, "number") == key for order in found):
        return found
    called = rows(shop.get("orders", search=key, per_page=PAGE, **wanted))
    return [order for order in called if text(order, "number") == key] or found


def _take(run: Run, order: Mapping[str, object]) -> None:
    if text(order, "status") in DRAFTS:
        run.item(str(order.get("id")), ItemOutcome.SKIPPED, _("A checkout that was not finished."))
        return
    hint = _("Open it in WooCommerce, correct it and save it; then retry.")
    pulling.take(run, order, pulled_order, key=str(order.get("id")), hint=hint)


def _seen(run: Run, orders: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    known = run.seen([str(order.get("id")) for order in orders])
    return [order for order in orders if str(order.get("id")) in known]
