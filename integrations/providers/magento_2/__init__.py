"""Magento 2: the orders of a Magento or Adobe Commerce shop come in by pulls.

Sources: "Search using REST endpoints" and the resource `orders` of the Adobe Commerce web API documentation
(developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/).
"""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Action,
    Category,
    ConnectionResult,
    Http,
    Kind,
    Provider,
    ProviderProblem,
    Run,
    Schedule,
    Setting,
    SettingType,
    Values,
    pulling,
)
from integrations.contract.reading import moment_if_any
from integrations.providers.magento_2.guide import GUIDE, TERMS
from integrations.providers.magento_2.orders import pulled_order
from integrations.providers.magento_2.shop import Shop

PAGE = 100
#: Taken again at each pull: an order bears the time at which its change began, and shows only when it is done.
OVERLAP = timedelta(seconds=60)
_KEY, _KEY_HELP = r"[A-Za-z0-9]{8,64}", _("It has letters and digits only. Copy it again from Magento.")


class Magento2(Provider):
    slug = "magento-2"
    name = _("Magento 2")
    tagline = _("Bring the orders of your Magento or Adobe Commerce shop into the store.")
    category = Category.E_COMMERCE
    description = _(
        "Orders of your web shop on Magento 2 or Adobe Commerce become orders of the store, with items, taxes, discounts, shipping, payment "
        "and customer. They come in when you start a pull; no order is taken twice and nothing is written to the shop."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (_("Nothing: orders are only read"),)
    data_received = (
        _("Orders: items, amounts, taxes, discounts, shipping, payment method, status and times"),
        _("The customer's name, address, email address and phone number"),
    )
    settings = (
        Setting(
            "base_url",
            SettingType.URL,
            _("Base URL"),
            help=_("The address of your shop, such as https://shop.example.com, without /rest."),
        ),
        Setting(
            "store_view_code",
            SettingType.TEXT,
            _("Store view code"),
            help=_("Whose orders belong to this store; all takes those of every store view."),
            default="default",
            pattern=r"[a-z][a-z0-9_]*",
            pattern_help=_("A code starts with a small letter and has small letters, digits and underscores only."),
            max_length=32,
        ),
        Setting(
            "consumer_key",
            SettingType.TEXT,
            _("Consumer key"),
            help=_("System > Extensions > Integrations, shown when you activate the integration."),
            pattern=_KEY,
            pattern_help=_KEY_HELP,
            max_length=64,
        ),
        Setting("consumer_secret", SettingType.SECRET, _("Consumer secret"), max_length=64),
        Setting("access_token", SettingType.SECRET, _("Access token"), max_length=64),
        Setting("access_token_secret", SettingType.SECRET, _("Access token secret"), max_length=64),
    )
    actions = (
        Action(
            "pull_orders",
            _("Pull orders"),
            _("Takes in the orders that changed in the shop since the last time."),
            Kind.PULL,
            items=_("orders"),
            parameters=(pulling.SINCE,),
            schedules=(Schedule.MINUTELY, Schedule.HOURLY, Schedule.DAILY),
            default_schedule=Schedule.HOURLY,
        ),
    )
    requests_per_minute = 60
    documentation_url = "https://developer.adobe.com/commerce/webapi/rest/"

    def test_connection(self, values: Values, http: Http) -> ConnectionResult:
        try:
            shop = Shop(values, http)
            _found, count = shop.orders(_of_view(shop.view_id()), page=1, size=1)
        except ProviderProblem as problem:
            return ConnectionResult(ok=False, message=problem.message)
        return ConnectionResult(ok=True, message=_("Connected. The shop has %(count)d orders.") % {"count": count})

    def pull_orders(self, run: Run) -> None:
        """Orders by time of change, oldest first, each page asked for from the last order of the one before.

        An order that changes meanwhile moves to the end, which would push another one across the border of two numbered pages; so
        pages are numbered only within one second, as after a change of more than a page of orders at once.
        """
        shop = Shop(run.values, run.http)
        view = _of_view(shop.view_id())
        if run.only:
            _pull_again(run, shop)
            return
        after, page, seen, first = pulling.start(run, overlap=OVERLAP), 1, set[tuple[object, object]](), True
        while True:
            since = ("updated_at", "gteq", after.strftime("%Y-%m-%d %H:%M:%S"))
            found, count = shop.orders((since, *view), page=page, size=PAGE)
            if first:
                run.expect(count)
                first = False
            for order in found:
                state = (order.get("entity_id"), order.get("updated_at"))
                if state not in seen:
                    seen.add(state)
                    _take(run, order)
            more = bool(found) and page * PAGE < count
            reached = (moment_if_any(found[-1], "updated_at") if found else None) or after
            if reached > after:
                after, page = reached, 1
                run.checkpoint(after.isoformat())
            else:
                page += 1
            if not more:
                return


def _of_view(view_id: int | None) -> tuple[tuple[str, str, str], ...]:
    """Orders of a store view carry its number; the code in the address does not choose them."""
    return () if view_id is None else (("store_id", "eq", str(view_id)),)


def _pull_again(run: Run, shop: Shop) -> None:
    """Only these orders, which are named by their entity_id."""
    wanted = sorted(key for key in run.only if key.isdecimal())
    run.expect(len(wanted))
    for start in range(0, len(wanted), PAGE):
        some = wanted[start : start + PAGE]
        found = shop.orders((("entity_id", "in", ",".join(some)),), page=1, size=PAGE)[0]
        for order in found:
            _take(run, order)
        for key in sorted(set(some) - {str(order.get("entity_id")) for order in found}):
            pulling.gone(run, key)


def _take(run: Run, order: Mapping[str, object]) -> None:
    hint = _("Open it in Magento and check it; then retry.")
    pulling.take(run, order, pulled_order, key=str(order.get("entity_id")), hint=hint)
