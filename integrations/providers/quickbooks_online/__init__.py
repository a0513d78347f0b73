"""QuickBooks Online: each business day of the store becomes one balanced journal entry of the company.

Sources at developer.intuit.com: "JournalEntry" and "Account" of the Accounting API reference, "Set up OAuth 2.0", and those named in
`books.py`. The limit of 500 calls a minute and company is from the blog, "Concurrent API use changes coming soon".
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Action,
    Category,
    ConnectionResult,
    Http,
    ItemOutcome,
    Kind,
    OAuth,
    Option,
    Provider,
    ProviderProblem,
    Run,
    Schedule,
    Scope,
    Setting,
    SettingType,
    Text,
    Values,
    days,
)
from integrations.providers.quickbooks_online.books import STALE, Books, Refused, is_duplicate
from integrations.providers.quickbooks_online.guide import GUIDE, TERMS
from integrations.providers.quickbooks_online.journal import balances, counts, document_number, entry, marker, written

AUTHORIZE_URL = "https://appcenter.intuit.com/connect/oauth2"
REVOKE_URL = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105  an address
WORDS: Mapping[str, Text] = {
    "sales": _("Sales"),
    "discounts": _("Discounts"),
    "service_charges": _("Service charges"),
    "tips": _("Tips payable"),
    "taxes": _("Taxes payable"),
    "refunds": _("Refunds"),
    "cash": _("Cash"),
    "card": _("Card"),
    "gift_card": _("Gift card"),
    "house_account": _("House account"),
    "external": _("External"),
    "other": _("Other"),
}


class QuickBooksOnline(Provider):
    slug = "quickbooks-online"
    name = _("QuickBooks Online")
    tagline = _("Post each day's sales to your books as one balanced journal entry.")
    category = Category.ACCOUNTING
    description = _(
        "Sales, discounts, taxes, tips, refunds and payments of the day go to the accounts you choose. Late refunds correct the entry; "
        "no day is ever posted twice."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (_("Sums of each day: sales, discounts, service charges, taxes, tips, refunds and payments by kind"),)
    data_received = (_("The company's name and its chart of accounts"),)
    settings = (
        Setting(
            "environment",
            SettingType.SELECT,
            _("Environment"),
            options=(Option("production", _("Production")), Option("sandbox", _("Sandbox"))),
            default="production",
            scope=Scope.BRAND,
        ),
        Setting(
            "client_id",
            SettingType.TEXT,
            _("Client ID"),
            help=_("Of your app at developer.intuit.com, under Keys & credentials."),
            max_length=200,
            scope=Scope.BRAND,
        ),
        Setting(
            "client_secret",
            SettingType.SECRET,
            _("Client secret"),
            help=_("Beside the client ID."),
            max_length=200,
            scope=Scope.BRAND,
        ),
        Setting("connection", SettingType.OAUTH, _("QuickBooks company")),
        Setting(
            "accounts",
            SettingType.MAPPING,
            _("Accounts"),
            help=_("The account of your chart that each line of the entry is posted to."),
            keys=tuple(Option(key, label) for key, label in WORDS.items()),
            choices_from="chart_of_accounts",
        ),
        Setting(
            "look_back_days",
            SettingType.INTEGER,
            _("Days to look back"),
            help=_("How many earlier days the daily run looks at again, for refunds that come late."),
            default=3,
            minimum=0,
            maximum=14,
        ),
    )
    actions = (
        Action(
            "export_day",
            _("Export a day"),
            _("Posts the day's sales as a journal entry, or corrects the one that is there."),
            Kind.EXPORT,
            items=_("days"),
            parameters=(days.DAY,),
            schedules=(Schedule.DAILY,),
            default_schedule=Schedule.DAILY,
            writes_elsewhere=True,
            confirm=_(
                "A journal entry is posted to your company's books, or the one that is there is written over. A dry run says what would be "
                "posted."
            ),
        ),
    )
    requests_per_minute = 500
    documentation_url = "https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/journalentry"

    def oauth(self, values: Values) -> OAuth | None:
        client_id, secret = str(values.get("client_id") or ""), str(values.get("client_secret") or "")
        if not client_id or not secret:
            return None
        return OAuth(
            authorize_url=AUTHORIZE_URL,
            token_url=TOKEN_URL,
            client_id=client_id,
            client_secret=secret,
            scopes=("com.intuit.quickbooks.accounting",),
            keep=("realmId",),
            # It takes the token as JSON, as Intuit's own clients send it.
            revoke_url=REVOKE_URL,
            revoke_as_json=True,
        )

    def chart_of_accounts(self, values: Values, http: Http) -> Sequence[Option]:
        """The accounts in use, by their full name."""
        found = [
            Option(str(row.get("Id")), f"{row.get('FullyQualifiedName') or row.get('Name')} ({row.get('AccountType')})")
            for row in Books(values, http).query("Account", "Active = true")
        ]
        return sorted(found, key=lambda option: str(option.label).lower())

    def test_connection(self, values: Values, http: Http) -> ConnectionResult:
        try:
            name = Books(values, http).company_name()
        except ProviderProblem as problem:
            return ConnectionResult(ok=False, message=problem.message)
        return ConnectionResult(ok=True, message=_("Connected to the books of %(name)s.") % {"name": name})

    def export_day(self, run: Run) -> None:
        """One entry a day. A day that QuickBooks refuses is an item that failed; the others are still tried."""
        found = _days(run)
        books = Books(run.values, run.http)
        run.expect(len(found))
        for day in found:
            try:
                outcome, note = _export(run, books, day)
            except Refused as refused:
                run.item(day.isoformat(), ItemOutcome.FAILED, refused.message, _("Correct it, then retry this day."))
            else:
                run.item(day.isoformat(), outcome, note)
            days.handed_over(run, day)


def _days(run: Run) -> list[date]:
    if run.only:
        return sorted(date.fromisoformat(key) for key in run.only)
    back = run.values.get("look_back_days")
    return days.wanted(run, look_back=back if isinstance(back, int) else 0)


def _export(run: Run, books: Books, day: date) -> tuple[ItemOutcome, Text]:
    orders = [order.order for order in run.orders_of(day) if counts(order.order)]
    strange = days.foreign_currencies(orders, run.store)
    if strange:
        raise Refused(
            str(
                _("Orders of this day are in another currency than the store: %(strange)s.")
                % {"strange": ", ".join(strange)}
            )
        )
    sums = balances(orders)
    found = _ours(run, books, day)
    if not sums:
        note = (
            _("All orders of this day add up to nothing now; delete the entry in QuickBooks.")
            if found
            else _("No sales on this day.")
        )
        return ItemOutcome.SKIPPED, note
    body = entry(
        sums,
        store=run.store,
        day=day,
        accounts=_accounts(run, sums),
        words={key: str(word) for key, word in WORDS.items()},
    )
    if found and found.get("PrivateNote") == body["PrivateNote"]:
        return ItemOutcome.SKIPPED, _("The entry is up to date.")
    if not run.dry_run:
        _save(run, books, day, body, found)
    return (ItemOutcome.UPDATED if found else ItemOutcome.CREATED), ""


def _save(run: Run, books: Books, day: date, body: Mapping[str, object], found: Mapping[str, object] | None) -> None:
    """Write it; where somebody was faster, look again and write over what is ours now."""
    try:
        books.save_entry(written(_over(body, found)))
    except Refused as refused:
        if refused.code != STALE and not is_duplicate(refused):
            raise
        newer = _ours(run, books, day)
        if newer is None:
            raise
        books.save_entry(written(_over(body, newer)))


def _over(body: Mapping[str, object], found: Mapping[str, object] | None) -> Mapping[str, object]:
    return (
        body if found is None else {**body, "Id": found.get("Id"), "SyncToken": found.get("SyncToken"), "sparse": False}
    )


def _ours(run: Run, books: Books, day: date) -> Mapping[str, object] | None:
    """The entry of this day, if there is one. Raises Refused where somebody else's has its number."""
    number = document_number(run.store, day)
    rows = list(books.query("JournalEntry", f"DocNumber = '{number}'"))
    ours = [row for row in rows if marker(run.store) in str(row.get("PrivateNote") or "")]
    if rows and not ours:
        raise Refused(
            str(
                _("Another entry has the number %(number)s in QuickBooks. Change its number there.")
                % {"number": number}
            )
        )
    return ours[0] if ours else None


def _accounts(run: Run, sums: Mapping[str, int]) -> dict[str, str]:
    mapping = run.values.get("accounts")
    chosen = {key: str(account) for key, account in mapping.items() if account} if isinstance(mapping, Mapping) else {}
    missing = [str(WORDS[key]) for key in sums if key not in chosen]
    if missing:
        raise Refused(str(_("Choose an account for: %(missing)s.") % {"missing": ", ".join(missing)}))
    return chosen
