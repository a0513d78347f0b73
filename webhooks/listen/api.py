"""The developer API as the listener uses it: whose key it is, and what came since."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode

from webhooks.listen.http import Answer, UnreachableError, parse, send

PAGE = 50
TIMEOUT_SECONDS = 30.0
UNAUTHORIZED, TOO_MANY, SERVER_ERROR = 401, 429, 500


NOT_THE_API = "What answers at this address is not the developer API."


class RefusedError(Exception):
    """The API will not serve this key, or this call; asking again changes nothing."""


class LaterError(Exception):
    """The API cannot answer now; `seconds` is how long it asks to wait, if it says so."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Page:
    """Events, oldest first, and the cursor for what comes after them."""

    events: list[dict[str, Any]]
    cursor: str
    has_more: bool


class Api:
    """One key's view of the API."""

    def __init__(self, url: str, key: str, *, store: str = "", user_agent: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "User-Agent": user_agent, "Accept": "application/json"}
        if store:
            self._headers["x-store"] = store
        self._last: tuple[str, str, Page] | None = None
        parse(self._url)

    def store(self) -> dict[str, Any]:
        """The key's store. Raises RefusedError and LaterError."""
        found: dict[str, Any] = self._json(self._get(self._address("store", {})))
        return found

    def events(self, *, types: Sequence[str], cursor: str = "", since: str = "") -> Page:
        """What came after `cursor`, or since a moment. Asked again while nothing is new, it costs a 304.

        Raises RefusedError and LaterError.
        """
        query = {"order": "asc", "limit": str(PAGE)}
        query |= {"type": ",".join(types)} if types else {}
        query |= {"cursor": cursor} if cursor else {"since": since}
        address = self._address("events", query)
        known = self._last if self._last and self._last[0] == address.geturl() else None
        answer = self._get(address, {"If-None-Match": known[1]} if known else {})
        if known and answer.status == 304:
            return known[2]
        told = self._json(answer)
        page = Page(told["events"], str(told["next"]), bool(told["has_more"]))
        self._last = (address.geturl(), answer.headers.get("etag", ""), page)
        return page

    def _address(self, path: str, query: dict[str, str]) -> SplitResult:
        return parse(f"{self._url}/{path}" + (f"?{urlencode(query)}" if query else ""))

    def _get(self, address: SplitResult, headers: dict[str, str] | None = None) -> Answer:
        try:
            answer = send(address, "GET", {**self._headers, **(headers or {})}, timeout_seconds=TIMEOUT_SECONDS)
        except UnreachableError as error:
            raise LaterError(f"The API cannot be reached: {error}.") from error
        if answer.status == TOO_MANY or answer.status >= SERVER_ERROR:
            raise LaterError(f"The API answered {answer.status}. {_detail(answer)}".strip(), answer.wait_seconds)
        if answer.status in {200, 304}:
            return answer
        told = _detail(answer)
        if not told:
            raise RefusedError(f"{NOT_THE_API} It answered {answer.status}.")
        if answer.status == UNAUTHORIZED:
            raise RefusedError("The API does not know this key: it is mistyped, revoked or expired.")
        raise RefusedError(f"The API answered {answer.status}. {told}")

    @staticmethod
    def _json(answer: Answer) -> Any:
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise RefusedError(NOT_THE_API) from error


def _detail(answer: Answer) -> str:
    """What a problem document says, and of each thing that is wrong; nothing where the answer is none."""
    try:
        document = json.loads(answer.body)
        wrong = [f"{each.get('parameter', '')}: {each['detail']}" for each in document.get("errors", ())]
        return " ".join([str(document.get("detail", "")), *wrong])
    except (ValueError, AttributeError, KeyError, TypeError):
        return ""
