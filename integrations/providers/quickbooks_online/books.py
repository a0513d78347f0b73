"""Calls to a company's books, and what the faults of QuickBooks mean in words.

Sources at developer.intuit.com: "Query operations and syntax", "Minor versions of our API" (below 75 is no longer supported), "Error codes",
"Handling common errors", and "How to handle frequently returned QuickBooks Online API error messages".
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode
from uuid import uuid4

from django.utils.translation import gettext as _

from integrations.contract import Answer, Call, Http, NeedsAttention, TryLater, Values
from integrations.contract.reading import parsed

BASES: dict[str, str] = {
    "production": "https://quickbooks.api.intuit.com",
    "sandbox": "https://sandbox-quickbooks.api.intuit.com",
}
MINOR_VERSION = "75"
PAGE = 1000
STALE = "5010"
DUPLICATES = frozenset({"6140", "6240"})
#: What the accounts of a line are refused with: one that was made inactive, one that there is not, and one of another kind.
_ACCOUNTS = frozenset({"610", "2500", "6430"})
_EXPIRED = frozenset({"100", "3200", "3201", "003200"})
_FORBIDDEN = frozenset({"3100", "003100"})
_BUSY = frozenset({"3001", "003001"})

Row = Mapping[str, object]


class Refused(NeedsAttention):
    """QuickBooks refused what was sent, not who sent it: other days may still be taken. `code` is the fault's."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Books:
    """One company, reached with the integration's settings. Raises NeedsAttention, Refused among them, and TryLater."""

    def __init__(self, values: Values, http: Http) -> None:
        realm, token = str(values.get("realmId") or ""), str(values.get("connection") or "")
        if not realm.isdecimal() or not token:
            raise NeedsAttention(_("Connect the company first: press Save and connect under QuickBooks company."))
        base = BASES.get(str(values.get("environment")), BASES["production"])
        self._url, self._realm, self._token, self._http = f"{base}/v3/company/{realm}/", realm, token, http

    def company_name(self) -> str:
        found = self._send("GET", f"companyinfo/{self._realm}").get("CompanyInfo")
        return str(found.get("CompanyName") or "") if isinstance(found, Mapping) else ""

    def query(self, entity: str, condition: str) -> Iterator[Row]:
        """Every row, page by page. `condition` is ours and holds no text of users."""
        start = 1
        while True:
            statement = f"select * from {entity} where {condition} startposition {start} maxresults {PAGE}"  # noqa: S608  QuickBooks' own language, and no text of users
            answer = self._send("GET", "query", query=statement).get("QueryResponse")
            rows = answer.get(entity) if isinstance(answer, Mapping) else None
            found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
            yield from found
            if len(found) < PAGE:
                return
            start += PAGE

    def save_entry(self, body: bytes) -> None:
        """Create or update a journal entry. The request's id makes a repeated try of this call harmless; numbers guard the rest."""
        self._send("POST", "journalentry", body, requestid=uuid4().hex)

    def _send(self, method: str, resource: str, body: bytes = b"", **parameters: str) -> Row:
        url = f"{self._url}{resource}?{urlencode({**parameters, 'minorversion': MINOR_VERSION})}"
        headers = [("accept", "application/json"), ("authorization", f"Bearer {self._token}")]
        if body:
            headers.append(("content-type", "application/json"))
        answer = self._http.send(Call(method, url, tuple(headers), body))
        found = _content(answer)
        fault = found.get("Fault") or found.get("fault")
        if not answer.ok or fault:
            _refuse(answer, fault if isinstance(fault, Mapping) else {})
        return found


def _content(answer: Answer) -> Row:
    """The answer's object, without one where it is a page; a fault may come with status 200."""
    try:
        found = parsed(answer.body)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    if answer.ok:
        raise TryLater(_("QuickBooks answered with something that is not JSON."))
    return {}


def _refuse(answer: Answer, fault: Row) -> None:
    status = answer.status
    errors = fault.get("Error") or fault.get("error")
    first: Row = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    code = str(first.get("code") or "")
    told = str(first.get("Detail") or first.get("detail") or first.get("Message") or first.get("message") or "")[:300]
    if code in _BUSY:
        raise TryLater(_("QuickBooks asks for a pause: too many calls were made to it."), 60)
    if code == "120":
        raise NeedsAttention(
            _(
                "Whoever connected the company may not use its books any more. Have an administrator of the company connect it again."
            )
        )
    if status == 401 or code in _EXPIRED:
        raise NeedsAttention(_("The connection has expired or was revoked. Connect the company again."))
    if status == 403 or code in _FORBIDDEN:
        raise NeedsAttention(_("Not allowed for this company. Check the Environment, then connect the company again."))
    if code == "6190":
        raise NeedsAttention(
            _("The company's QuickBooks subscription has ended, or there is a problem with its billing.")
        )
    if status >= 500:
        words = _(
            "QuickBooks has a problem of its own (status %(status)d). Intuit finds the call by the number %(number)s."
        )
        raise TryLater(words % {"status": status, "number": answer.headers.get("intuit_tid", "—")[:100]})
    raise Refused(_words(code, told, status), code)


def is_duplicate(refused: Refused) -> bool:
    """Whether an entry with this number is there. One of Intuit's lists gives 6210 for it, which elsewhere is a closed period."""
    return refused.code in DUPLICATES or (refused.code == "6210" and "duplicate" in str(refused.message).lower())


def _words(code: str, told: str, status: int) -> str:
    if code in _ACCOUNTS:
        return _("An account cannot be used in QuickBooks any more. Choose another under Accounts. (%(told)s)") % {
            "told": told
        }
    if code == "6210" and "closed" in told.lower():
        return _("The books are closed for this date. Move the closing date in QuickBooks or enter the day by hand.")
    if code == STALE:
        return _("Somebody else is changing this entry in QuickBooks. Retry the day.")
    if code in DUPLICATES or "duplicate document number" in told.lower():
        return _("Another entry has this number in QuickBooks. Change its number there. (%(told)s)") % {"told": told}
    return _("QuickBooks refused the entry (%(code)s): %(told)s") % {"code": code or status, "told": told or "?"}
