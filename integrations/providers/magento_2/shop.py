"""Signed calls to a shop's REST API, and what its refusals mean in words.

Sources: "OAuth-based authentication", "OAuth error codes", "Search using REST endpoints" and "Status codes and responses" of the Adobe
Commerce web API documentation (developer.adobe.com/commerce/webapi/get-started/authentication/oauth-errors/ has the table of OAuth errors).
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from django.utils.translation import gettext as _

from integrations.contract import Answer, Call, Http, NeedsAttention, TryLater, Values
from integrations.contract.reading import parsed, rows
from integrations.providers.magento_2.oauth import Credentials, authorization

ALL_VIEWS = "all"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Shop:
    """One shop, reached with the integration's settings. Raises NeedsAttention and TryLater."""

    def __init__(self, values: Values, http: Http) -> None:
        def value(name: str) -> str:
            return str(values.get(name) or "").strip()

        self._view = value("store_view_code") or "default"
        base = value("base_url").rstrip("/").removesuffix("/rest")
        self._base = f"{base}/rest/{quote(self._view, safe='')}/V1/"
        self._credentials = Credentials(
            value("consumer_key"), value("consumer_secret"), value("access_token"), value("access_token_secret")
        )
        self._http = http

    def get(self, resource: str, parameters: Sequence[tuple[str, str]] = ()) -> object:
        """The answer's JSON, with exact numbers."""
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters)
        url = self._base + resource + (f"?{query}" if query else "")
        proof = authorization("GET", url, self._credentials, timestamp=int(time.time()), nonce=secrets.token_hex(16))
        answer = self._http.send(Call("GET", url, (("accept", "application/json"), ("authorization", proof))))
        if not answer.ok:
            _refuse(answer)
        try:
            return parsed(answer.body)
        except ValueError as error:
            raise TryLater(_("The shop answered with something that is not JSON.")) from error

    def view_id(self) -> int | None:
        """The number of the store view, which orders carry; None for all of them. Raises NeedsAttention for a code there is not."""
        if self._view == ALL_VIEWS:
            return None
        found = self.get("store/storeViews")
        for view in found if isinstance(found, list) else ():
            if isinstance(view, dict) and view.get("code") == self._view and isinstance(view.get("id"), int):
                return int(view["id"])
        raise NeedsAttention(
            _("The shop has no store view with the code %(code)s. Correct the Store view code.") % {"code": self._view}
        )

    def orders(
        self, filters: Sequence[tuple[str, str, str]], *, page: int, size: int
    ) -> tuple[list[Mapping[str, object]], int]:
        """One page of orders by time of change, oldest first, and how many there are in all. A filter is field, condition and value."""
        criteria = "searchCriteria"
        parameters = []
        for place, (name, condition, value) in enumerate(filters):
            group = f"{criteria}[filter_groups][{place}][filters][0]"
            parameters += [
                (f"{group}[field]", name),
                (f"{group}[condition_type]", condition),
                (f"{group}[value]", value),
            ]
        for place, name in enumerate(("updated_at", "entity_id")):
            parameters += [
                (f"{criteria}[sortOrders][{place}][field]", name),
                (f"{criteria}[sortOrders][{place}][direction]", "ASC"),
            ]
        parameters += [(f"{criteria}[pageSize]", str(size)), (f"{criteria}[currentPage]", str(page))]
        found = self.get("orders", parameters)
        if not isinstance(found, dict) or not isinstance(found.get("total_count"), int):
            raise TryLater(_("The shop answered with something other than a list of orders."))
        return rows(found, "items"), int(found["total_count"])


def _refuse(answer: Answer) -> None:
    status, message = answer.status, _message(answer)
    if status in _REDIRECTS:
        where = answer.headers.get("location", "").partition("/rest")[0] or _("another address")
        raise NeedsAttention(_("The shop sends us to %(where)s. Enter that as Base URL.") % {"where": where[:200]})
    if status == 401 or "oauth" in message.lower():
        raise NeedsAttention(_oauth_problem(message))
    if status == 403:
        raise NeedsAttention(
            _("A firewall or security plugin of the shop refuses us (status 403). Ask its host to allow /rest/.")
        )
    if status == 404:
        raise NeedsAttention(_("There is nothing at this address. Check the Base URL and the Store view code."))
    if status >= 500:
        raise TryLater(_("The shop has a problem of its own (status %(status)d).") % {"status": status})
    raise NeedsAttention(
        _("The shop refused the call (status %(status)d): %(message)s") % {"status": status, "message": message or "—"}
    )


def _oauth_problem(message: str) -> str:
    """The words for what Magento says: a code of its table of OAuth errors, or the sentence that stands for it in newer versions."""
    said = message.lower()
    if "isn't authorized to access" in said or "not authorized to access" in said or "permission_denied" in said:
        return _(
            "The integration may not read orders. In Magento, tick Orders and All Stores under API, and authorize it again."
        )
    if "parameter_absent" in said or "version_rejected" in said or "parameter_rejected" in said:
        return _(
            "The proof of our calls does not reach the shop whole: a proxy in front of it drops or changes the Authorization header."
        )
    if "permission_unknown" in said:
        return _(
            "The permissions of the integration cannot be read. In Magento, authorize it again and copy all four values."
        )
    if "signature_method" in said or "signature method" in said:
        return _("The shop does not accept HMAC-SHA256. It needs Magento 2.4.4 or later.")
    if "signature" in said:
        return _("The signature is not valid: a secret was not copied whole. Replace both secrets.")
    if "timestamp" in said:
        return _("The clock of the shop's server differs from ours. Ask its host to correct it.")
    if "nonce" in said:
        return _("The shop saw this call before. A proxy in front of it may be repeating calls.")
    if "consumer" in said:
        return _("The consumer key is not valid or has expired. Copy it again from Magento.")
    if "token" in said:
        return _(
            "The access token is not valid or was revoked. In Magento, authorize the integration again and copy all four values."
        )
    return _("The shop did not accept the keys. In Magento, authorize the integration again and copy all four values.")


def _message(answer: Answer) -> str:
    """Magento's message with its `%fields` and `%1` filled in; OAuth errors of older versions come as `oauth_problem=` in a form."""
    try:
        found = parsed(answer.body)
    except ValueError:
        body = answer.body[:500].decode(errors="replace")
        return body if "oauth_problem" in body else ""
    if not isinstance(found, dict):
        return ""
    if "oauth_problem" in found:
        return f"oauth_problem={found['oauth_problem']}"[:300]
    message, parameters = str(found.get("message") or ""), found.get("parameters")
    numbered = enumerate(parameters if isinstance(parameters, list) else (), start=1)
    for name, value in parameters.items() if isinstance(parameters, dict) else numbered:
        message = message.replace(f"%{name}", str(value))
    return message[:300]
