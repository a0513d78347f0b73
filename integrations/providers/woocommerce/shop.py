"""Calls to a shop's REST API, and what its refusals mean in words.

Source: "Authentication", "Errors" and "Pagination" of the WooCommerce REST API documentation, version wc/v3
(woocommerce/woocommerce-rest-api-docs, source/includes/wp-api-v3/_authentication.md and _introduction.md).
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from integrations.contract import Answer, Call, Http, NeedsAttention, TryLater, Values
from integrations.contract.reading import parsed

API = "/wp-json/wc/v3/"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: What WooCommerce answers with 401 when no key reached it, and when the key's user may not see the orders.
_NOT_SEEN = frozenset(
    {"woocommerce_rest_cannot_view", "woocommerce_rest_cannot_create", "woocommerce_rest_cannot_edit"}
)


class Shop:
    """One shop, reached with the integration's settings. Raises NeedsAttention and TryLater."""

    def __init__(self, values: Values, http: Http) -> None:
        self._base = str(values.get("store_url") or "").rstrip("/").removesuffix("/wp-json") + API
        self._key, self._secret = str(values.get("consumer_key") or ""), str(values.get("consumer_secret") or "")
        self._in_query = values.get("credentials_in_query") is True
        self._http = http

    def get(self, resource: str, **parameters: str | int) -> Answer:
        return self._send("GET", resource, parameters)

    def write(self, method: str, resource: str, body: Mapping[str, object]) -> Answer:
        return self._send(method, resource, {}, json.dumps(body).encode())

    def _send(self, method: str, resource: str, parameters: Mapping[str, str | int], body: bytes = b"") -> Answer:
        query = dict(parameters)
        headers = [("accept", "application/json")]
        if self._in_query:
            query |= {"consumer_key": self._key, "consumer_secret": self._secret}
        else:
            headers.append(("authorization", "Basic " + b64encode(f"{self._key}:{self._secret}".encode()).decode()))
        if body:
            headers.append(("content-type", "application/json"))
        url = self._base + resource + (f"?{urlencode(query)}" if query else "")
        answer = self._http.send(Call(method, url, tuple(headers), body))
        if not answer.ok:
            _refuse(answer, seen=self._in_query)
        return answer


def rows(answer: Answer) -> list[Mapping[str, object]]:
    """The list that the shop answered, its numbers exact. Raises TryLater where it is something else."""
    try:
        found = parsed(answer.body)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise TryLater(
            _("The shop answered with something other than a list. A plugin may be printing warnings into it.")
        )
    return found


def page_count(answer: Answer) -> int:
    """How many pages there are, as the shop counts them. Raises NeedsAttention where something on the way removed the header."""
    pages = answer.headers.get("x-wp-totalpages", "")
    if not pages.isdecimal():
        raise NeedsAttention(
            _(
                "The shop does not say how many pages of orders there are: a cache or proxy removes the header X-WP-TotalPages."
            )
        )
    return int(pages)


def _refuse(answer: Answer, *, seen: bool) -> None:
    code, message = _problem(answer)
    status = answer.status
    if status in _REDIRECTS:
        where = answer.headers.get("location", "").partition("/wp-json")[0] or _("another address")
        raise NeedsAttention(_("The shop sends us to %(where)s. Enter that as Store URL.") % {"where": where[:200]})
    if status == 404:
        raise NeedsAttention(
            _("There is no WooCommerce at this address. Check the Store URL, and that permalinks are not set to Plain.")
        )
    if status in {401, 403}:
        raise NeedsAttention(_refusal(status, code, message, seen=seen))
    if status >= 500:
        raise TryLater(_("The shop has a problem of its own (status %(status)d).") % {"status": status})
    raise NeedsAttention(
        _("The shop refused the call (status %(status)d): %(message)s") % {"status": status, "message": message or code}
    )


def _refusal(status: int, code: str, message: str, *, seen: bool) -> str:
    if "write permissions" in message:
        return _("The key may not write. In WooCommerce, add a key with the permission Read/Write.")
    if status == 401 and code in _NOT_SEEN and not seen:
        return _(
            "The shop did not accept the key: it may not read orders, or the web server drops the header that carries it. Choose an "
            "administrator for the key; if that does not help, turn on Send the keys in the address."
        )
    if code in _NOT_SEEN:
        return _("The key may not read orders. In WooCommerce, choose an administrator or shop manager for the key.")
    if status == 401:
        return _("The key or secret is wrong or was revoked. In WooCommerce, add a new key and replace both.")
    return _(
        "A firewall or security plugin of the shop refuses us (status 403). Ask its host to allow calls to %(path)s."
    ) % {"path": API}


def _problem(answer: Answer) -> tuple[str, str]:
    """The error's code and message; both empty where the answer is no error of WordPress."""
    try:
        found = parsed(answer.body)
    except ValueError:
        return "", ""
    if not isinstance(found, dict):
        return "", ""
    return str(found.get("code") or ""), str(found.get("message") or "")[:300]
