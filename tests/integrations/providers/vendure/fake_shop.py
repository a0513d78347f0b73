"""A shop that answers as Vendure's documentation says: keys and sessions, channels, filters, pages, and errors in its own form."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.integrations.providers.local_service import Asked, Reply

DOCUMENTED: dict[str, Any] = json.loads((Path(__file__).parent / "order.json").read_text())
API_KEY, USERNAME, PASSWORD, CHANNEL = "lookup:canary-key", "orders@example.com", "canary-password", "bakery"
LIST_LIMIT = 1000


def order(number: int, placed: str = "2026-03-04T14:00:00.000Z", *, changed: str = "", **other: Any) -> dict[str, Any]:
    """An order that was last changed as its history tells; its own `updatedAt` stays when it was placed."""
    history = {"items": [{"createdAt": changed or placed}]}
    made = {
        "id": str(number),
        "code": f"CODE{number}",
        "orderPlacedAt": placed,
        "updatedAt": placed,
        "history": history,
    }
    return {**DOCUMENTED, **made, **other}


def error(code: str, message: str = "Something about it") -> Reply:
    return Reply(200, {"errors": [{"message": message, "extensions": {"code": code}}], "data": None})


class FakeShop:
    """`replies` are given first, whatever is asked. `may_read` is the permission ReadOrder."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.replies: list[Reply] = []
        self.places = 2
        self.may_read = True
        self.methods = {"api-key", "bearer"}
        self.sessions: set[str] = set()
        self.logins = 0
        self.clock = "Wed, 04 Mar 2026 18:00:00 GMT"

    def answer(self, asked: Asked) -> Reply:
        if self.replies:
            return self.replies.pop(0)
        if asked.path != "/admin-api":
            return Reply(404, {"statusCode": 404, "message": f"Cannot POST {asked.path}"})
        query, variables = str(asked.json()["query"]), asked.json()["variables"]
        assert isinstance(variables, dict)
        if "login(" in query:
            return self.login(variables)
        if asked.headers.get("vendure-token") not in {CHANNEL, None}:
            return error("CHANNEL_NOT_FOUND", 'No Channel with the token "nope" could be found')
        if not self.knows(asked):
            return error("FORBIDDEN", "You are not currently authorized to perform this action")
        if "globalSettings" in query:
            settings = {"serverConfig": {"moneyStrategyPrecision": self.places}}
            return self.reply({"globalSettings": settings, "activeChannel": {"code": CHANNEL}})
        if not self.may_read:
            return error("FORBIDDEN", "You are not currently authorized to perform this action")
        return self.listed(variables["options"])

    def reply(self, data: dict[str, Any], **headers: str) -> Reply:
        return Reply(200, {"data": data}, {"Date": self.clock, **headers})

    def knows(self, asked: Asked) -> bool:
        """The first method wins, as documented; a key counts only in the channel it was made in."""
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer:
            return "bearer" in self.methods and bearer in self.sessions
        return (
            "api-key" in self.methods
            and asked.headers.get("vendure-api-key") == API_KEY
            and asked.headers.get("vendure-token") == CHANNEL
        )

    def login(self, variables: dict[str, Any]) -> Reply:
        if (variables["username"], variables["password"]) != (USERNAME, PASSWORD):
            kind = {"__typename": "InvalidCredentialsError", "errorCode": "INVALID_CREDENTIALS_ERROR", "message": "No"}
            return self.reply({"login": kind})
        self.logins += 1
        self.sessions = {f"session-{self.logins}"}
        token = {"vendure-auth-token": f"session-{self.logins}"} if "bearer" in self.methods else {}
        return self.reply({"login": {"__typename": "CurrentUser"}}, **token)

    def listed(self, options: dict[str, Any]) -> Reply:
        if options["take"] > LIST_LIMIT:
            return error("USER_INPUT_ERROR", f"Cannot take more than {LIST_LIMIT} results from a list query")
        wanted = options["filter"]
        found = [each for each in self.orders if all(_holds(each, name, test) for name, test in wanted.items())]
        found.sort(key=lambda each: (each["orderPlacedAt"] or "", int(each["id"])))
        skip = options.get("skip", 0)
        return self.reply({"orders": {"totalItems": len(found), "items": found[skip : skip + options["take"]]}})


def _holds(each: dict[str, Any], name: str, test: Any) -> bool:
    if name == "_or":
        return any(all(_holds(each, one, inner) for one, inner in branch.items()) for branch in test)
    [(operator, value)] = test.items()
    held = each.get(name)
    if operator == "isNull":
        return (held is None) is value
    if operator == "after":
        return held is not None and datetime.fromisoformat(held) > datetime.fromisoformat(value)
    return bool(
        {"eq": held == value, "notEq": held != value, "in": isinstance(value, list) and held in value}[operator]
    )
