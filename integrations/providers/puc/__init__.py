"""PUC: a pick-up code for each online order, given to the service of a pick-up cabinet and, if wished, to the customer.

The makers of these cabinets publish no interface. The fields of a cabinet are those of the product family's own page on it; the calls are
our own format, which the guide describes, for a service or an adapter that was written for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Action,
    Call,
    Category,
    ConnectionResult,
    Http,
    ItemOutcome,
    Kind,
    NeedsAttention,
    Option,
    Order,
    OrderCall,
    OrderCard,
    Provider,
    ProviderProblem,
    Run,
    Schedule,
    Setting,
    SettingType,
    Text,
    Values,
)
from integrations.contract.reading import parsed
from integrations.providers.puc.codes import cabinets, code_of, guest, is_open, message, qr_picture, wants_code
from integrations.providers.puc.guide import GUIDE, TERMS
from integrations.providers.puc.mails import address_of, send_code

BATCH = 500
_BEARER = "authorization"

CABINET = (
    Setting("cabinet_id", SettingType.TEXT, _("Cabinet ID"), max_length=80),
    Setting("reference", SettingType.TEXT, _("Reference"), required=False, max_length=80),
    Setting("display_name", SettingType.TEXT, _("Display name"), max_length=80),
    Setting("queue_hold_minutes", SettingType.INTEGER, _("Queue hold minutes"), default=30, minimum=0, maximum=1440),
    Setting("estimated_size", SettingType.INTEGER, _("Estimated size"), default=1, minimum=1, maximum=1000),
    Setting(
        "environment",
        SettingType.SELECT,
        _("Environment"),
        options=(Option("ambient", _("Ambient")), Option("heated", _("Heated")), Option("cold", _("Cold"))),
        default="ambient",
    ),
)


class Puc(Provider):
    slug = "puc"
    name = _("PUC pick-up codes")
    tagline = _("A code and a QR code for each online order, known to your pick-up cabinet.")
    category = Category.FULFILLMENT
    description = _(
        "Customers collect online orders at a cabinet by typing a number or scanning a code. The cabinet's service learns each code and what "
        "becomes of the order; customers can get theirs by email. Needs a cabinet service that speaks our published format."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (
        _("Online orders to be collected: number, items, promised time and state; no amounts"),
        _("The customer's first name and the first letter of the last name"),
        _("If you turn on email: one email about each order to the customer's own address"),
    )
    documentation_url = "https://support.lingaros.com/portal/en/kb/articles/enable-puc-integration"
    order_events = (
        "order.opened",
        "order.updated",
        "order.status_changed",
        "order.closed",
        "order.voided",
        "order.refunded",
    )
    settings = (
        Setting(
            "base_url",
            SettingType.URL,
            _("Service address"),
            help=_("Where the cabinet service takes our calls, such as https://cabinets.vendor.example/v1."),
        ),
        Setting("api_key", SettingType.SECRET, _("API key"), help=_("The key that the vendor gave you.")),
        Setting(
            "key_header",
            SettingType.SELECT,
            _("API key header"),
            help=_("Where the service expects the key."),
            options=(
                Option("x-api-key", "X-API-Key"),
                Option("apikey", "apikey"),
                Option(_BEARER, _("Authorization: Bearer")),
            ),
            default="x-api-key",
        ),
        Setting(
            "site_code", SettingType.TEXT, _("Site code"), help=_("The vendor's name for this store."), max_length=40
        ),
        Setting(
            "cabinets",
            SettingType.ROWS,
            _("Cabinets"),
            help=_("At least one, as the vendor set them up."),
            columns=CABINET,
            max_rows=20,
        ),
        Setting(
            "digits",
            SettingType.INTEGER,
            _("Digits of the code"),
            help=_("Six suit most stores. More digits make two equal codes less likely; the guide says how likely."),
            default=6,
            minimum=4,
            maximum=8,
        ),
        Setting(
            "code_secret",
            SettingType.SECRET,
            _("Code secret"),
            help=_("20 or more random characters that codes are computed from. If empty, the API key serves."),
            required=False,
            pattern=r".{20,}",
            pattern_help=_("Use 20 characters or more."),
        ),
        Setting(
            "mail_customers",
            SettingType.SWITCH,
            _("Email the code to the customer"),
            help=_(
                "One email about each order, without advertising. Turn it on only if your customers expect mail about their order."
            ),
            required=False,
            default=False,
        ),
    )
    actions = (
        Action(
            "send_codes",
            _("Email new codes"),
            _(
                "Mails the pick-up code of each new online order to its customer, while that is turned on in the settings."
            ),
            Kind.PUSH,
            items=_("orders"),
            schedules=(Schedule.MINUTELY,),
            default_schedule=Schedule.MINUTELY,
            writes_elsewhere=True,
            confirm=_(
                "Each customer with a new online order is sent an email, which cannot be called back. A dry run says to how many."
            ),
        ),
        Action(
            "resend_code",
            _("Resend a code"),
            _("Mails the pick-up code of one order of today or yesterday again."),
            Kind.PUSH,
            items=_("orders"),
            parameters=(Setting("order_number", SettingType.TEXT, _("Order number"), max_length=40),),
            writes_elsewhere=True,
            confirm=_("The customer is sent an email, which cannot be called back."),
        ),
    )

    def problems(self, values: Values) -> Mapping[str, Text]:
        ids = [str(row.get("cabinet_id")) for row in cabinets(values)]
        if not ids:
            return {"cabinets": _("Enter at least one cabinet.")}
        if len(set(ids)) != len(ids):
            return {"cabinets": _("Two cabinets have the same cabinet ID.")}
        return {}

    def target_url(self, values: Values) -> str:
        return f"{str(values['base_url']).rstrip('/')}/pickup-orders"

    def on_order(self, order: Order, values: Values) -> OrderCall | None:
        if order.event_type != "webhook.test" and not wants_code({"channel": order.channel, **order.order}):
            return None
        headers = (("content-type", "application/json"), ("idempotency-key", order.event_id), _key(values))
        return OrderCall(url=self.target_url(values), body=message(order, values), headers=headers, signed=True)

    def order_cards(self, orders: Sequence[Order], values: Values) -> Sequence[OrderCard]:
        return [
            OrderCard(
                str(order.order.get("id")),
                _title(order.order),
                code_of(order.order, values),
                qr_picture(order.order, values),
            )
            for order in orders
            if wants_code(order.order) and is_open(order.order)
        ]

    def test_connection(self, values: Values, http: Http) -> ConnectionResult:
        call = Call(
            "GET", f"{str(values.get('base_url')).rstrip('/')}/cabinets", (("accept", "application/json"), _key(values))
        )
        try:
            answer = http.send(call)
            if answer.status in {401, 403}:
                return ConnectionResult(
                    ok=False, message=_("The service refuses the key. Check API key and API key header.")
                )
            if not answer.ok:
                words = _("No cabinet service at this address speaks our format (status %(status)d). Ask your vendor.")
                return ConnectionResult(ok=False, message=words % {"status": answer.status})
            known = _ids(parsed(answer.body))
        except ProviderProblem as problem:
            return ConnectionResult(ok=False, message=problem.message)
        except ValueError:
            return ConnectionResult(
                ok=False, message=_("The service answers something other than its list of cabinets.")
            )
        missing = [str(row.get("cabinet_id")) for row in cabinets(values) if str(row.get("cabinet_id")) not in known]
        if missing:
            words = _("The service does not know these cabinets: %(missing)s. Correct their cabinet ID.")
            return ConnectionResult(ok=False, message=words % {"missing": ", ".join(missing)[:200]})
        return ConnectionResult(ok=True, message=_("Connected. The service knows every cabinet that you listed."))

    def send_codes(self, run: Run) -> None:
        """One email for each new order. While mail is turned off the orders are passed over, so turning it on mails none of the past."""
        while True:
            events = list(run.events({"order.opened"}, {"online"}, BATCH))
            for event in events:
                if run.values.get("mail_customers") is True:
                    _mail_new(run, event.order)
                if not run.dry_run:
                    run.checkpoint(event.event_id)
            if run.dry_run or len(events) < BATCH:
                return

    def resend_code(self, run: Run) -> None:
        wanted = str(run.parameters.get("order_number") or "").strip().lstrip("#")
        found = next((order for order in _recent(run) if str(order.get("number")) == wanted), None)
        if found is None:
            raise NeedsAttention(
                _("There is no online order to be collected with the number %(number)s today or yesterday.")
                % {"number": wanted}
            )
        run.expect(1)
        if not address_of(found):
            run.item(wanted, ItemOutcome.FAILED, _("The order has no email address."), _("Show the customer the code."))
            return
        send_code(run, found)
        run.item(wanted, ItemOutcome.UPDATED)
        if not run.dry_run:
            run.checkpoint(run.cursor)


def _mail_new(run: Run, order: Mapping[str, object]) -> None:
    if not wants_code(order):
        return
    number = str(order.get("number") or order.get("id"))
    if _day(order, run.store.today) < run.store.today - timedelta(days=1):
        run.item(number, ItemOutcome.SKIPPED, _("The order is older than yesterday."))
    elif not address_of(order):
        run.item(number, ItemOutcome.SKIPPED, _("The order has no email address."), _("Show the customer the code."))
    else:
        send_code(run, order)
        run.item(number, ItemOutcome.CREATED)


def _recent(run: Run) -> Iterator[Mapping[str, object]]:
    for day in (run.store.today, run.store.today - timedelta(days=1)):
        for order in run.orders_of(day):
            if wants_code(order.order):
                yield order.order


def _day(order: Mapping[str, object], today: date) -> date:
    day = order.get("business_date")
    return date.fromisoformat(day) if isinstance(day, str) else today


def _key(values: Values) -> tuple[str, str]:
    header, key = str(values.get("key_header") or "x-api-key"), str(values.get("api_key") or "")
    return (header, f"Bearer {key}") if header == _BEARER else (header, key)


def _title(order: Mapping[str, object]) -> str:
    return " · ".join(filter(None, (str(order.get("number") or order.get("id")), guest(order))))


def _ids(answer: object) -> set[str]:
    rows = answer.get("cabinets") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise ValueError("The answer has no list of cabinets.")  # noqa: TRY004  a service's answer, not an argument
    return {str(row.get("cabinet_id")) for row in rows if isinstance(row, dict)}
