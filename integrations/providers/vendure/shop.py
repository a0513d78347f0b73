"""Calls to a shop's Admin API, which speaks GraphQL, and what its refusals mean in words.

Sources: "API Keys", "Error Handling" and "Channels" of Vendure's developer guide, and the queries `orders` and `globalSettings` of its
Admin API reference (docs.vendure.io).
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils.translation import gettext as _

from integrations.contract import Answer, Call, Http, NeedsAttention, TryLater, Values
from integrations.contract.reading import parsed, rows, text

PASSWORD = "password"  # noqa: S105  a way to sign in, not a password
PAGE = 100
_LOGIN = """
mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { __typename ... on ErrorResult { errorCode message } }
}
"""
_STANDING = "query { globalSettings { serverConfig { moneyStrategyPrecision } } activeChannel { code } }"
_HISTORY = """
history(options: {take: 1, sort: {createdAt: DESC}, filter: {type: {notEq: "ORDER_NOTE"}}}) { items { createdAt } }
"""
_CHANGES = f"""
query ($options: OrderListOptions!) {{
  orders(options: $options) {{ totalItems items {{ id code orderPlacedAt updatedAt {_HISTORY} }} }}
}}
"""
_ORDERS = f"""
query ($options: OrderListOptions!) {{
  orders(options: $options) {{ items {{
    id code state currencyCode orderPlacedAt updatedAt total totalWithTax shipping {_HISTORY}
    customer {{ id firstName lastName emailAddress phoneNumber }}
    shippingAddress {{ fullName streetLine1 streetLine2 city province postalCode countryCode phoneNumber }}
    lines {{
      id quantity unitPrice linePrice proratedLinePrice proratedLinePriceWithTax productVariant {{ id sku name }}
    }}
    surcharges {{ id description sku price priceWithTax }}
    shippingLines {{ shippingMethod {{ code }} }}
    payments {{ id method amount state transactionId createdAt refunds {{ total state }} }}
  }} }}
}}
"""


class Forbidden(NeedsAttention):
    """The one refusal that Vendure has for a key or session it does not know, and for what a known one may not do."""


@dataclass(frozen=True, slots=True)
class Look:
    """Which orders to look at: those placed since `placed` or edited since `changed`, from the one placed at `reached` on."""

    placed: datetime
    changed: datetime
    reached: datetime | None = None


class Shop:
    """One shop, reached with the integration's settings. Raises NeedsAttention, Forbidden among them, and TryLater."""

    def __init__(self, values: Values, http: Http) -> None:
        def value(name: str) -> str:
            return str(values.get(name) or "").strip()

        self._url, self._channel, self._http = value("admin_api_url"), value("channel"), http
        self._api_key = "" if value("sign_in") == PASSWORD else value("api_key")
        self._account = {"username": value("username"), "password": value("password")}
        self._token = ""

    def standing(self) -> tuple[int, str]:
        """The decimal places of all amounts, whatever their currency, and the channel's code: what every key and account may ask."""
        try:
            found = self._ask(_STANDING)
        except Forbidden as forbidden:
            if not self._api_key:
                raise
            raise NeedsAttention(
                _(
                    "Vendure does not know the API key. Copy it again, make it in the channel of the Channel token, and have "
                    "'api-key' turned on in tokenMethod."
                )
            ) from forbidden
        places = _part(found, "globalSettings", "serverConfig").get("moneyStrategyPrecision")
        channel = text(_part(found, "activeChannel"), "code")
        if not channel:
            raise TryLater(_("The shop answered with something that Vendure does not say."))
        return places if isinstance(places, int) else 2, channel

    def count(self) -> int:
        """How many orders of the channel were placed."""
        return _total(self._orders(_CHANGES, {"take": 1, "filter": self._placed()})[0])

    def changes(self, look: Look, skip: int) -> tuple[list[Mapping[str, object]], int, datetime | None]:
        """A page of the orders to look at, in the order in which they were placed: when each changed, not what it is.

        With it how many there are in all, and the shop's own clock where it tells. Numbered pages are safe here: an order that joins
        meanwhile can only push others to a later page.
        """
        kinds = [{"orderPlacedAt": {"after": _before(look.placed)}}, {"updatedAt": {"after": _before(look.changed)}}]
        wanted = {**self._placed(), "_or": kinds}
        if look.reached:
            wanted["orderPlacedAt"] = {"after": _before(look.reached)}
        options = {"skip": skip, "take": PAGE, "sort": {"orderPlacedAt": "ASC", "id": "ASC"}, "filter": wanted}
        found, answer = self._orders(_CHANGES, options)
        return rows(found, "items"), _total(found), _clock(answer)

    def orders(self, name: str, wanted: Collection[str]) -> Iterator[Mapping[str, object]]:
        """These orders whole, by `id` or by `code`."""
        keys = sorted(wanted)
        for start in range(0, len(keys), PAGE):
            chosen = {**self._placed(), name: {"in": keys[start : start + PAGE]}}
            yield from rows(self._orders(_ORDERS, {"take": PAGE, "filter": chosen})[0], "items")

    def _placed(self) -> dict[str, object]:
        """Orders, not baskets. Of one that several sellers share, a seller's channel has that seller's part, and the shop the whole."""
        kind = "Aggregate" if self._channel else "Seller"
        return {"active": {"eq": False}, "orderPlacedAt": {"isNull": False}, "type": {"notEq": kind}}

    def _orders(self, query: str, options: Mapping[str, object]) -> tuple[Mapping[str, object], Answer]:
        found, answer = self._asked(query, options=options)
        listed = _part(found, "orders")
        if not isinstance(listed.get("items"), list):
            raise TryLater(_("The shop answered with something other than a list of orders."))
        return listed, answer

    def _ask(self, query: str, **variables: object) -> Mapping[str, object]:
        return self._asked(query, **variables)[0]

    def _asked(self, query: str, **variables: object) -> tuple[Mapping[str, object], Answer]:
        """The answer's data. An account whose session is over signs in again, once."""
        signed_in_now = self._sign_in()
        try:
            return self._send(query, variables)
        except Forbidden:
            if not self._token or signed_in_now:
                raise
        self._token = ""
        self._sign_in()
        return self._send(query, variables)

    def _sign_in(self) -> bool:
        """Whether it had to. Only an account does: a key is proof by itself."""
        if self._api_key or self._token:
            return False
        found, answer = self._send(_LOGIN, self._account)
        if _part(found, "login").get("__typename") != "CurrentUser":
            raise NeedsAttention(_("Vendure refuses the user name or the password."))
        self._token = answer.headers.get("vendure-auth-token", "")
        if not self._token:
            raise NeedsAttention(
                _("The shop signs people in by cookies alone. Have 'bearer' or 'api-key' turned on in tokenMethod.")
            )
        return True

    def _send(self, query: str, variables: Mapping[str, object]) -> tuple[Mapping[str, object], Answer]:
        headers = [("accept", "application/json"), ("content-type", "application/json")]
        if self._channel:
            headers.append(("vendure-token", self._channel))
        if self._api_key:
            headers.append(("vendure-api-key", self._api_key))
        elif self._token:
            headers.append(("authorization", f"Bearer {self._token}"))
        body = json.dumps({"query": query, "variables": variables}).encode()
        answer = self._http.send(Call("POST", self._url, tuple(headers), body))
        found = _content(answer)
        errors = rows(found, "errors")
        if errors:
            _refuse(errors)
        return _part(found, "data"), answer


def changed_at(order: Mapping[str, object]) -> datetime:
    """When the order last changed. Its own `updatedAt` follows neither states nor refunds, of which its history tells.

    Raises ValueError where it tells no time at all.
    """
    entries = rows(_part(order, "history"), "items")
    told = [text(order, "orderPlacedAt"), text(order, "updatedAt"), *(text(entry, "createdAt") for entry in entries)]
    moments = [datetime.fromisoformat(moment).astimezone(UTC) for moment in told if moment]
    if not moments:
        raise ValueError("The order tells no time.")
    return max(moments)


def _content(answer: Answer) -> Mapping[str, object]:
    """The answer's object: Vendure puts its errors in one, with status 200 or 400. Everything else comes from something in between."""
    status = answer.status
    if status >= 500:
        raise TryLater(_("The shop has a problem of its own (status %(status)d).") % {"status": status})
    try:
        found = parsed(answer.body)
    except ValueError:
        found = None
    if isinstance(found, dict) and ("data" in found or "errors" in found):
        return found
    if 300 <= status < 400:
        where = answer.headers.get("location") or _("another address")
        raise NeedsAttention(
            _("The shop sends us to %(where)s. Enter that as Admin API address.") % {"where": where[:200]}
        )
    if status in {401, 403}:
        raise NeedsAttention(
            _(
                "Something in front of the shop refuses us (status %(status)d). Ask its host to let us reach the Admin API."
            )
            % {"status": status}
        )
    if answer.ok:
        raise TryLater(_("The shop answered with something that is not JSON."))
    raise NeedsAttention(
        _("There is no Admin API at this address (status %(status)d). It often ends in /admin-api.")
        % {"status": status}
    )


def _refuse(errors: Sequence[Mapping[str, object]]) -> None:
    first = errors[0]
    code, message = text(_part(first, "extensions"), "code"), text(first, "message")[:300]
    if code == "FORBIDDEN":
        raise Forbidden(
            _(
                "The shop does not let us read orders. Give the role of the key or account the permission ReadOrder in this channel."
            )
        )
    if code == "CHANNEL_NOT_FOUND":
        raise NeedsAttention(_("The shop has no channel with this token. Correct the Channel token."))
    if code == "INTERNAL_SERVER_ERROR":
        raise TryLater(_("The shop has a problem of its own: %(message)s") % {"message": message or "—"})
    raise NeedsAttention(
        _("The shop does not understand us; it needs Vendure 2.2 or later: %(message)s") % {"message": message or "—"}
    )


def _part(parts: Mapping[str, Any], *path: str) -> Mapping[str, object]:
    for name in path:
        value = parts.get(name)
        parts = value if isinstance(value, Mapping) else {}
    return parts


def _total(listed: Mapping[str, object]) -> int:
    total = listed.get("totalItems")
    return total if isinstance(total, int) else 0


def _before(moment: datetime) -> str:
    """The filter `after` leaves out the moment itself."""
    return (
        (moment - timedelta(milliseconds=1)).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def _clock(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        return None
