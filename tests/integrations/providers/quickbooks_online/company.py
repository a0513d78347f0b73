"""A QuickBooks company that behaves as Intuit's documentation says: bearer tokens, queries by page, sync tokens, balance and faults."""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.integrations.providers.local_service import Asked, Reply

REALM, TOKEN = "9130347957983546", "a-token-that-is-still-good"
_QUERY = re.compile(
    r"select \* from (\w+) where (?:Active = true|DocNumber = '([A-Za-z0-9-]{1,21})') startposition (\d+) maxresults (\d+)"
)


def fault(status: int, code: str, message: str, detail: str = "", kind: str = "ValidationFault") -> Reply:
    error = {"Message": message, "Detail": detail, "code": code, "element": ""}
    return Reply(status, {"Fault": {"Error": [error], "type": kind}, "time": "2026-03-05T01:00:00.000-08:00"})


EXPIRED = fault(
    401, "3200", "message=AuthenticationFailed; errorCode=003200; statusCode=401", "Token expired", "AUTHENTICATION"
)


@dataclass
class Company:
    """`entries` are its journal, by id. `before` may answer in its stead; a repeated request id is answered as the first time.

    `good` are the tokens that it takes.
    """

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: int = 12
    before: Callable[[Asked], Reply | None] = lambda _asked: None
    posts: int = 0
    answered: dict[str, Reply] = field(default_factory=dict)
    good: Callable[[], Collection[str]] = lambda: {TOKEN}

    def __call__(self, asked: Asked) -> Reply:
        scheme, _space, token = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.good():
            return EXPIRED
        assert asked.query["minorversion"] == "75"
        early = self.before(asked)
        if early is not None:
            return early
        resource = asked.path.removeprefix(f"/v3/company/{REALM}/")
        if resource == f"companyinfo/{REALM}":
            return Reply(200, {"CompanyInfo": {"CompanyName": "Larry's Bakery", "Country": "US"}})
        if resource == "query":
            return self._query(asked.query["query"])
        assert (asked.method, resource) == ("POST", "journalentry")
        key = asked.query["requestid"]
        assert 0 < len(key) <= 50
        if key not in self.answered:
            self.answered[key] = self._save(json.loads(asked.body, parse_float=Decimal, parse_int=Decimal))
        return self.answered[key]

    def _query(self, statement: str) -> Reply:
        match = _QUERY.fullmatch(statement)
        assert match, statement
        entity, number, start, most = match[1], match[2], int(match[3]), int(match[4])
        assert most <= 1000
        rows: list[dict[str, Any]]
        if entity == "Account":
            rows = [
                {
                    "Id": str(n),
                    "Name": f"Account {n:04}",
                    "FullyQualifiedName": f"Account {n:04}",
                    "AccountType": "Income",
                }
                for n in range(self.accounts)
            ]
        else:
            rows = [entry for entry in self.entries.values() if entry["DocNumber"] == number]
        page = rows[start - 1 : start - 1 + most]
        found = {entity: json.loads(json.dumps(page, default=str)), "startPosition": start, "maxResults": len(page)}
        return Reply(200, {"QueryResponse": found if page else {}})

    def _save(self, entry: dict[str, Any]) -> Reply:
        sums = {"Debit": Decimal(0), "Credit": Decimal(0)}
        for line in entry["Line"]:
            assert isinstance(line["Amount"], Decimal), "Amounts are numbers."
            assert line["Amount"] > 0
            detail = line["JournalEntryLineDetail"]
            sums[detail["PostingType"]] += line["Amount"]
            if int(detail["AccountRef"]["value"]) >= self.accounts:
                return fault(
                    400,
                    "610",
                    "Object Not Found",
                    "Object Not Found: Something you're trying to use has been made inactive.",
                )
        if sums["Debit"] != sums["Credit"]:
            return fault(400, "6000", "A business validation error has occurred", "Debits and credits are not equal.")
        known = self.entries.get(str(entry.get("Id") or ""))
        if known is None and any(other["DocNumber"] == entry["DocNumber"] for other in self.entries.values()):
            return fault(400, "6140", "Duplicate Document Number Error", "You must specify a different number.")
        if known is not None and known["SyncToken"] != entry["SyncToken"]:
            return fault(400, "5010", "Stale Object Error", "You and root were working on this at the same time.")
        self.posts += 1
        number = str(entry.get("Id") or 100 + len(self.entries))
        token = str(int(known["SyncToken"]) + 1) if known else "0"
        self.entries[number] = {**entry, "Id": number, "SyncToken": token}
        return Reply(200, {"JournalEntry": {"Id": number, "SyncToken": token}})
