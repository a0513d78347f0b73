"""Wix: the orders of a Wix site come in by pulls.

Sources, on dev.wix.com/docs: "Search Orders", "Orders: Supported Filters and Sorting" and "Order Object" of the eCommerce Orders API;
"Make API Calls with an API Key"; "About Errors"; "Rate Limits".
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from integrations.contract import (
    Action,
    Answer,
    Call,
    Category,
    ConnectionResult,
    Http,
    ItemOutcome,
    Kind,
    NeedsAttention,
    Provider,
    ProviderProblem,
    Run,
    Schedule,
    Setting,
    SettingType,
    Text,
    TryLater,
    Values,
    pulling,
)
from integrations.contract.reading import moment_if_any, parsed, part, text
from integrations.providers.wix.guide import GUIDE, TERMS
from integrations.providers.wix.orders import DRAFT, pulled_order

API = "https://www.wixapis.com"
SEARCH = "/ecom/v1/orders/search"
PAGE = 100
#: Taken again at each pull, so that an order that was written late is not lost; what was seen is skipped.
OVERLAP = timedelta(seconds=60)
#: So many times a run begins anew where Wix does not go on.
CURSORS_REFUSED = 5


class _CursorRefused(Exception):
    """Wix does not go on from this cursor."""


class Wix(Provider):
    slug = "wix"
    name = _("Wix")
    tagline = _("Bring the orders of your Wix site into the store.")
    category = Category.E_COMMERCE
    description = _(
        "Orders of your Wix site, from Wix Stores, Wix Restaurants and other Wix apps, become orders of the store, with items, taxes, "
        "discounts, shipping and customers. They come in when you start a pull; no order is taken twice and nothing is written to the site."
    )
    guide = GUIDE
    terms = TERMS
    data_sent = (_("Nothing: orders are only read"),)
    data_received = (
        _("Orders: items, amounts, taxes, discounts, shipping, what was paid and refunded, status and times"),
        _("The customer's name, address, email address and phone number"),
    )
    settings = (
        Setting(
            "api_key",
            SettingType.SECRET,
            _("API key"),
            help=_("From the API Keys Manager of the Wix account that owns the site."),
            max_length=4000,
        ),
        Setting(
            "site_id",
            SettingType.TEXT,
            _("Site ID"),
            help=_("The part after /dashboard/ in the address of the site's dashboard."),
            pattern=r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
            pattern_help=_("A Site ID has 32 letters and digits in five groups, separated by hyphens."),
            max_length=36,
        ),
    )
    actions = (
        Action(
            "pull_orders",
            _("Pull orders"),
            _("Takes in the orders that changed on the site since the last time."),
            Kind.PULL,
            items=_("orders"),
            parameters=(pulling.SINCE,),
            schedules=(Schedule.MINUTELY, Schedule.HOURLY, Schedule.DAILY),
            default_schedule=Schedule.HOURLY,
        ),
    )
    #: "Rate Limits": 200 a minute, which all that use the site share.
    requests_per_minute = 100
    documentation_url = "https://dev.wix.com/docs/rest/business-solutions/e-commerce/orders/search-orders"

    def test_connection(self, values: Values, http: Http) -> ConnectionResult:
        try:
            found, _next = _search(values, http, {"cursorPaging": {"limit": 1}})
        except ProviderProblem as problem:
            return ConnectionResult(ok=False, message=problem.message)
        if found:
            number = str(found[0].get("number") or "")
            return ConnectionResult(
                ok=True, message=_("Connected. The latest order is %(number)s.") % {"number": number}
            )
        return ConnectionResult(ok=True, message=_("Connected. The site has no orders yet."))

    def pull_orders(self, run: Run) -> None:
        """Orders by time of change, oldest first. A run that goes on after a stop begins at the last page's time of change."""
        if run.only:
            _pull_again(run)
            return
        taken = 0
        for found in _changed(run):
            run.expect(taken + len(found))
            for order in found:
                _take(run, order)
            taken += len(found)
            reached = moment_if_any(found[-1], "updatedDate") if found else None
            if reached:
                run.checkpoint(reached.isoformat())


def _changed(run: Run) -> Iterator[list[Mapping[str, object]]]:
    """The first search says what is wanted; those that follow carry only the cursor, which stands for all of it.

    A cursor that Wix takes no longer, as after a long pause, is replaced by a new search from the last order on; what was seen is skipped.
    """
    since, refused = pulling.start(run, overlap=OVERLAP), 0
    search = _since(since)
    while True:
        try:
            found, following = _search(run.values, run.http, search)
        except _CursorRefused as problem:
            refused += 1
            if refused > CURSORS_REFUSED:
                raise TryLater(_("Wix does not let us page through the orders at the moment.")) from problem
            search = _since(since - OVERLAP)
            continue
        yield found
        if not following:
            return
        since = (moment_if_any(found[-1], "updatedDate") if found else None) or since
        search = {"cursorPaging": {"limit": PAGE, "cursor": following}}


def _since(moment: datetime) -> dict[str, object]:
    return {
        "filter": {"updatedDate": {"$gte": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}},
        "sort": [{"fieldName": "updatedDate", "order": "ASC"}],
        "cursorPaging": {"limit": PAGE},
    }


def _pull_again(run: Run) -> None:
    """Only these orders, which are named by their id."""
    ids = sorted(run.only)
    run.expect(len(ids))
    for start in range(0, len(ids), PAGE):
        some = ids[start : start + PAGE]
        found, _next = _search(run.values, run.http, {"filter": {"id": {"$in": some}}, "cursorPaging": {"limit": PAGE}})
        for order in found:
            _take(run, order)
        for key in sorted(set(some) - {text(order, "id") for order in found}):
            pulling.gone(run, key)


def _take(run: Run, order: Mapping[str, object]) -> None:
    key = text(order, "id") or str(order.get("number") or "")
    if text(order, "status") == DRAFT:
        run.item(key, ItemOutcome.SKIPPED, _("A checkout that was not finished."))
        return
    pulling.take(run, order, pulled_order, key=key, hint=_("Open it in Wix and check it; then retry."))


def _search(values: Values, http: Http, search: Mapping[str, object]) -> tuple[list[Mapping[str, object]], str]:
    """The orders of one page, and the cursor of the next one if there is one. Raises NeedsAttention and TryLater."""
    headers = (
        ("authorization", str(values.get("api_key") or "")),
        ("wix-site-id", str(values.get("site_id") or "")),
        ("content-type", "application/json"),
        ("accept", "application/json"),
    )
    answer = http.send(Call("POST", API + SEARCH, headers, json.dumps({"search": search}).encode()))
    if answer.status == 400 and "cursor" in part(search, "cursorPaging"):
        raise _CursorRefused
    if not answer.ok:
        _refuse(answer)
    try:
        found = parsed(answer.body)
    except ValueError:
        found = None
    orders = _orders(found) if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(orders, list) or not all(isinstance(row, dict) for row in orders):
        raise TryLater(_("Wix answered with something other than a list of orders."))
    metadata = part(found, "metadata")
    more = metadata.get("hasNext", bool(orders)) is not False
    return orders, text(part(metadata, "cursors"), "next") if more else ""


def _orders(found: Mapping[str, object]) -> object:
    """An answer that was made from a protobuf message, as by default in ProtoJSON, leaves out lists that are empty and what is false."""
    return found.get("orders", [] if isinstance(found.get("metadata"), dict) else None)


def _refuse(answer: Answer) -> None:
    known: Mapping[int, Text] = {
        401: _(
            "Wix did not accept the API key: it was deleted or not copied whole. Generate a new key and replace it."
        ),
        403: _(
            "The API key may not read orders of this site. Give it the permission for orders and access to the site, with a key of the "
            "account that owns the site."
        ),
        404: _("Wix found no such site. Copy the Site ID again from the address of the site's dashboard."),
    }
    if answer.status in known:
        raise NeedsAttention(known[answer.status])
    if answer.status >= 500:
        raise TryLater(_("Wix has a problem of its own (status %(status)d).") % {"status": answer.status})
    raise NeedsAttention(
        _("Wix refused the call (status %(status)d): %(message)s")
        % {"status": answer.status, "message": _message(answer)}
    )


def _message(answer: Answer) -> str:
    try:
        found = parsed(answer.body)
    except ValueError:
        return "—"
    return str(found.get("message") or "—")[:300] if isinstance(found, dict) else "—"
