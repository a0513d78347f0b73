"""Vendure: the orders of a shop on the open-source shop server come in by pulls.

Sources on docs.vendure.io: "API Keys" and "Channels" of the developer guide, "Orders" of the core concepts, and the query `orders` of the
Admin API reference; what a living 3.7 does beyond them is tried by `make real`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Action,
    Category,
    ConnectionResult,
    Http,
    Kind,
    Option,
    Provider,
    ProviderProblem,
    Run,
    Schedule,
    Setting,
    SettingType,
    ShownIf,
    Values,
    pulling,
)
from integrations.contract.reading import moment_if_any, text
from integrations.providers.vendure.guide import GUIDE, TERMS
from integrations.providers.vendure.orders import pulled_order
from integrations.providers.vendure.shop import PASSWORD, Look, Shop, changed_at

#: Taken again at each pull: an order bears the time at which its change began, and shows only when it is done.
OVERLAP = timedelta(seconds=60)
LOOK_BACK_DAYS = 7
_BY_KEY, _BY_PASSWORD = ShownIf("sign_in", ("api_key",)), ShownIf("sign_in", (PASSWORD,))


class Vendure(Provider):
    slug = "vendure"
    name = _("Vendure")
    tagline = _("Bring the orders of your Vendure shop into the store.")
    category = Category.E_COMMERCE
    description = _(
        "Orders of your web shop on Vendure become orders of the store, with items, taxes, discounts, shipping, payments, refunds and "
        "customer. Each order is taken once, and again when it changes; nothing is written to the shop."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (_("Nothing: orders are only read"),)
    data_received = (
        _("Orders: items, amounts, taxes, discounts, shipping, payments, refunds, state and times"),
        _("The customer's name, address, email address and phone number"),
    )
    settings = (
        Setting(
            "admin_api_url",
            SettingType.URL,
            _("Admin API address"),
            help=_("It often ends in /admin-api, such as https://shop.example.com/admin-api."),
        ),
        Setting(
            "channel",
            SettingType.TEXT,
            _("Channel token"),
            help=_(
                "Whose orders belong to this store. Leave it empty for the default channel, which has those of all."
            ),
            required=False,
            pattern=r"[\x21-\x7e]+",
            pattern_help=_("A token has no spaces."),
            max_length=200,
        ),
        Setting(
            "sign_in",
            SettingType.SELECT,
            _("Sign in with"),
            options=(
                Option("api_key", _("An API key (Vendure 3.6 or later)")),
                Option(PASSWORD, _("The account of an administrator")),
            ),
            default="api_key",
        ),
        Setting(
            "api_key",
            SettingType.SECRET,
            _("API key"),
            help=_("Vendure shows it once: Settings > API Keys."),
            max_length=500,
            shown_if=_BY_KEY,
        ),
        Setting("username", SettingType.TEXT, _("User name"), max_length=200, shown_if=_BY_PASSWORD),
        Setting("password", SettingType.SECRET, _("Password"), max_length=200, shown_if=_BY_PASSWORD),
        Setting(
            "pickup_methods",
            SettingType.TEXT,
            _("Shipping methods for pick-up"),
            help=_("Their codes, separated by commas. Orders with any other one are deliveries."),
            required=False,
            max_length=500,
        ),
        Setting(
            "look_back_days",
            SettingType.INTEGER,
            _("Days to look back"),
            help=_(
                "For how long after an order was placed we look at each pull whether its state, payment or refunds changed."
            ),
            default=LOOK_BACK_DAYS,
            minimum=1,
            maximum=90,
        ),
    )
    actions = (
        Action(
            "pull_orders",
            _("Pull orders"),
            _("Takes in the orders that were placed or changed in the shop since the last time."),
            Kind.PULL,
            items=_("orders"),
            parameters=(pulling.SINCE,),
            schedules=(Schedule.MINUTELY, Schedule.HOURLY, Schedule.DAILY),
            default_schedule=Schedule.HOURLY,
        ),
    )
    requests_per_minute = 120
    documentation_url = "https://docs.vendure.io/current/core/developer-guide/api-keys"

    def test_connection(self, values: Values, http: Http) -> ConnectionResult:
        try:
            shop = Shop(values, http)
            _places, channel = shop.standing()
            count = shop.count()
        except ProviderProblem as problem:
            return ConnectionResult(ok=False, message=problem.message)
        return ConnectionResult(
            ok=True,
            message=_("Connected to the channel %(channel)s. Orders there: %(count)d.")
            % {"channel": channel, "count": count},
        )

    def pull_orders(self, run: Run) -> None:
        """Look at when each order changed, in the order of placing, and take those that changed since the last whole look.

        The shop can be asked neither for changed states nor for refunds, so the orders of some days back are looked at each time.
        """
        shop = Shop(run.values, run.http)
        take = partial(_take, run, shop.standing()[0])
        if run.only:
            run.expect(len(run.only))
            for order in shop.orders("code", run.only):
                take(order)
            return
        last, began, look = _look(run)
        taken = skip = 0
        while True:
            found, total, clock = shop.changes(look, skip)
            began = began or clock or last
            new = [text(order, "id") for order in found if _changed_since(order, look.changed)]
            taken += len(new)
            run.expect(taken)
            for order in shop.orders("id", new):
                take(order)
            skip += len(found)
            if not found or skip >= total:
                break
            reached = moment_if_any(found[-1], "orderPlacedAt") or look.placed
            run.checkpoint(" ".join(moment.isoformat() for moment in (last, began, reached)))
        run.checkpoint(began.isoformat())


def _look(run: Run) -> tuple[datetime, datetime | None, Look]:
    """When the last whole look began; when the one under way did, if one is; and what to look at.

    The cursor has the first of them and, while a look is under way, the second and the moment of placing that it came to.
    """
    if run.parameters.get("since") or not run.cursor:
        begin = pulling.start(run)
        return begin, None, Look(begin, begin - OVERLAP)
    last, *under_way = (datetime.fromisoformat(moment) for moment in run.cursor.split(" "))
    back = run.values.get("look_back_days")
    day = run.store.today - timedelta(days=back if isinstance(back, int) else LOOK_BACK_DAYS)
    oldest = datetime.combine(day, time.min, ZoneInfo(run.store.timezone)).astimezone(UTC)
    began, reached = under_way or (None, None)
    return last, began, Look(min(last, oldest), last - OVERLAP, reached)


def _changed_since(order: Mapping[str, object], moment: datetime) -> bool:
    """Also one that does not say: what is wrong with it is reported when it is taken."""
    try:
        return changed_at(order) >= moment
    except ValueError:
        return True


def _take(run: Run, places: int, order: Mapping[str, object]) -> None:
    pickup = {code.strip() for code in str(run.values.get("pickup_methods") or "").split(",")}
    pulling.take(
        run,
        order,
        partial(pulled_order, places=places, pickup=pickup),
        key=text(order, "code"),
        hint=_("Open it in Vendure and check it; then retry."),
    )
